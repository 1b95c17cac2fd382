import { Backoff } from "./backoff.ts";
import { full, type KvStore } from "./kv_store.ts";
import { gateKey, type ScopeEntry, scopeEntryOf, shareKey, sharesOf } from "./lock_entries.ts";
import type { OwnSession } from "./own_session.ts";
import type { Peers } from "./peers.ts";

/** Looks at a scope that somebody has are so far apart at most. */
const MAX_WAIT_MS = 120;
/** So many shares are looked at in one go. */
const PAGE = 20;

/** A scope that one caller has alone: its gate is closed first, then those are waited for who were in before. */
export class ScopeAlone {
  readonly #kv: KvStore;
  readonly #peers: Peers;
  readonly #session: OwnSession;
  readonly #scope: string;
  readonly #entry: ScopeEntry;
  readonly #backoff = new Backoff(MAX_WAIT_MS);

  /** @param session Whose lease it is had under. */
  constructor(
    { kv, peers }: { readonly kv: KvStore; readonly peers: Peers },
    session: OwnSession,
    scope: string,
  ) {
    this.#kv = kv;
    this.#peers = peers;
    this.#session = session;
    this.#scope = scope;
    this.#entry = { session: session.id, hold: crypto.randomUUID() };
  }

  /** Waits until nobody else has the scope or a share of it. */
  async take(): Promise<void> {
    while (!await this.#close()) {
      await this.#session.check();
      await this.#backoff.pause();
    }
    this.#backoff.reset();
    while (await this.#isShared()) {
      await this.#session.check();
      await this.#backoff.pause();
    }
  }

  /** Opens the gate, if it is this one's. */
  async release(): Promise<void> {
    const key = gateKey(this.#scope);
    const found = await this.#kv.get(key);
    if (scopeEntryOf(found)?.hold !== this.#entry.hold) return;
    const { versionstamp } = found;
    await this.#kv.commit((atomic) =>
      atomic.check({ key: full(key), versionstamp }).delete(full(key))
    );
  }

  async #close(): Promise<boolean> {
    const key = gateKey(this.#scope);
    const found = await this.#kv.get(key);
    const holder = scopeEntryOf(found);
    if (holder?.hold === this.#entry.hold) return true;
    const isOurs = holder === null || holder.session === this.#session.id;
    const peer = isOurs
      ? undefined
      : (await this.#peers.look([holder.session])).get(holder.session);
    if (!isOurs && !peer?.dead) return false;
    const { versionstamp } = found;
    const closed = await this.#kv.commit((atomic) => {
      peer?.bury(atomic);
      return this.#session.checked(atomic)
        .check({ key: full(key), versionstamp })
        .set(full(key), this.#entry);
    });
    return closed !== undefined;
  }

  /** Whether somebody has a share; those of the dead are removed for the next look. */
  async #isShared(): Promise<boolean> {
    const found = await this.#kv.list(sharesOf(this.#scope), { limit: PAGE });
    const shares = found.flatMap((entry) => scopeEntryOf(entry) ?? []);
    const states = await this.#peers.look(shares.map(({ session }) => session));
    for (const [session, { dead, bury }] of states) {
      if (!dead || session === this.#session.id) continue;
      await this.#kv.commit((atomic) => {
        for (const share of shares) {
          if (share.session === session) atomic.delete(full(shareKey(this.#scope, share.hold)));
        }
        return bury(atomic);
      });
    }
    return shares.length > 0;
  }
}
