/** When a circuit opens and how it closes again. */
export interface CircuitOptions {
  /** Weight of failures in a row that opens it. Default: 10. */
  readonly limit?: number | undefined;
  /** How long it is open at first, in milliseconds; twice as long after each probe that fails. Default: 1,000. */
  readonly openMs?: number | undefined;
  /** No longer than this, in milliseconds. Default: 15,000. */
  readonly maxOpenMs?: number | undefined;
  /** The present, in milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** A number from 0 up to 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Told when it opens (with how long it will be) and when it closes again. */
  readonly onChange?: ((state: "open" | "closed", openMs: number) => void) | undefined;
}

/** What becomes of work that was let through: one of these is called, once. */
export interface CircuitPass {
  /** The other side answered. */
  succeeded(): void;
  /** The other side did not answer, or said that it cannot; a heavier failure opens the circuit sooner. */
  failed(weight?: number): void;
  /** It was given up for a reason that says nothing of the other side. */
  abandoned(): void;
}

const DEFAULT_LIMIT = 10;
const DEFAULT_OPEN_MS = 1_000;
const DEFAULT_MAX_OPEN_MS = 15_000;

/**
 * Spares a server that is down, and those who wait for it: after failures in a row nothing is let
 * through for a while, then one probe, whose success closes the circuit and whose failure opens it for longer.
 * The times are jittered, so that many who share a server do not come back together.
 */
export class Circuit {
  readonly #limit: number;
  readonly #firstMs: number;
  readonly #mostMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #onChange: CircuitOptions["onChange"];
  #failures = 0;
  /** Until when nothing is let through; undefined while the circuit is closed. */
  #openUntil: number | undefined;
  #openMs = 0;
  #probing = false;

  /** @param options When it opens and how it closes. */
  constructor(options: CircuitOptions = {}) {
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#firstMs = options.openMs ?? DEFAULT_OPEN_MS;
    this.#mostMs = options.maxOpenMs ?? DEFAULT_MAX_OPEN_MS;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#onChange = options.onChange;
  }

  /**
   * Asks for leave to call the other side.
   *
   * @returns What to tell the outcome to, or the milliseconds after which to ask again.
   */
  enter(): CircuitPass | number {
    if (this.#openUntil === undefined) return this.#pass(false);
    const left = this.#openUntil - this.#now();
    if (left > 0) return left;
    if (this.#probing) return Math.min(this.#firstMs, this.#openMs);
    this.#probing = true;
    return this.#pass(true);
  }

  #pass(probe: boolean): CircuitPass {
    let told = false;
    const once = (tell: () => void) => {
      if (told) return;
      told = true;
      if (probe) this.#probing = false;
      tell();
    };
    return {
      succeeded: () => once(() => this.#close()),
      failed: (weight = 1) => once(() => this.#fail(weight, probe)),
      abandoned: () => once(() => {}),
    };
  }

  #close(): void {
    this.#failures = 0;
    if (this.#openUntil === undefined) return;
    this.#openUntil = undefined;
    this.#openMs = 0;
    this.#onChange?.("closed", 0);
  }

  #fail(weight: number, probe: boolean): void {
    this.#failures += weight;
    const isOpen = this.#openUntil !== undefined;
    // Calls that began before it opened say nothing new.
    if (isOpen ? !probe : this.#failures < this.#limit) return;
    const ceiling = Math.min(this.#mostMs, this.#openMs === 0 ? this.#firstMs : 2 * this.#openMs);
    this.#openMs = ceiling;
    const wait = ceiling / 2 + this.#random() * ceiling / 2;
    this.#openUntil = this.#now() + wait;
    if (!isOpen) this.#onChange?.("open", wait);
  }
}
