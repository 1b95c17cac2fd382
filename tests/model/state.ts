import type { Content } from "./contents.ts";

/** What is told of an object besides its bytes. */
export interface Attributes {
  readonly contentType?: string;
  /** Plain headers by their names in lower case, `x-amz-meta-*` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** An object as the model knows it. */
export interface ObjectState extends Attributes {
  readonly content: Content;
  /** Numbers and sizes of its parts, if it was made of some. */
  readonly parts?: readonly { readonly number: number; readonly size: number }[];
}

/** What a key may hold: an object or nothing. */
export type KeyState = ObjectState | undefined;

/** A part of an upload, or nothing. */
export type PartState = Content | undefined;

/** A multipart upload. */
export interface UploadState {
  readonly id: string;
  readonly key: string;
  readonly attributes: Attributes;
  /** What each number may hold. */
  readonly parts: Map<number, readonly PartState[]>;
  /** Whether it may be over: nobody can tell, and it is left alone. */
  unclear: boolean;
}

const ABSENT: readonly KeyState[] = [undefined];

/** All that a bucket may hold: for each key the states that are possible after answers that left it open. */
export class ModelBucket {
  readonly uploads = new Map<string, UploadState>();
  readonly #keys = new Map<string, readonly KeyState[]>();

  /** What a key may hold; never nothing at all. */
  of(key: string): readonly KeyState[] {
    return this.#keys.get(key) ?? ABSENT;
  }

  /** Notes what a key may hold now. */
  set(key: string, states: readonly KeyState[]): void {
    if (states.length === 0) throw new RangeError(`No state of ${key} is possible`);
    const byName = new Map(states.map((state) => [nameOf(state), state]));
    const distinct = [...byName.values()];
    if (distinct.length === 1 && distinct[0] === undefined) this.#keys.delete(key);
    else this.#keys.set(key, distinct);
  }

  /** The keys that may hold something, in the order of their bytes. */
  keys(): string[] {
    const encoder = new TextEncoder();
    return [...this.#keys.keys()].map((key) => ({ key, bytes: encoder.encode(key) }))
      .sort((a, b) => compareBytes(a.bytes, b.bytes)).map(({ key }) => key);
  }

  /** Whether a key certainly holds an object. */
  isThere(key: string): boolean {
    return !this.of(key).includes(undefined);
  }
}

function nameOf(state: KeyState): string {
  if (state === undefined) return "";
  const { content, ...rest } = state;
  return JSON.stringify([content.sha256, rest]);
}

/** The order of S3's listings. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
