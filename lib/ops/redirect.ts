import { StoreError } from "../errors/store_error.ts";
import type { GetObjectInput } from "../s3/operations.ts";
import type { ObjectAttributes, StoredObject } from "../store/object_store.ts";
import type { OperationContext } from "./context.ts";

/** What the Hub keeps of an object, or what says nothing about how its bytes are to be taken. */
const KNOWN_TO_HUB: readonly (keyof ObjectAttributes)[] = ["contentType", "checksum", "tags"];

/**
 * Where a reader is sent instead of being given the bytes, if redirects are on. The reader sends the same
 * headers there, and gets the Hub's headers: so only what the Hub answers alike is redirected.
 *
 * @returns Undefined where the gateway has to answer, also when the Hub cannot be asked now.
 */
export async function locationOf(
  context: OperationContext,
  input: GetObjectInput,
  object: StoredObject,
): Promise<string | undefined> {
  if (context.redirect !== true || !isRedirectable(input, object)) return undefined;
  try {
    return await context.store.locate(input.bucket, object, { signal: context.signal });
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function isRedirectable(input: GetObjectInput, { content, attributes }: StoredObject): boolean {
  const names = Object.keys(attributes) as (keyof ObjectAttributes)[]; // the keys are its own
  return content.size > 0 &&
    // Which bytes that is, only the gateway knows.
    input.partNumber === undefined &&
    // Conditions hold our entity tags, which are not the Hub's.
    input.ifRange === undefined && Object.keys(input.conditions).length === 0 &&
    // The Hub cannot be told these, nor does it have the checksum.
    Object.keys(input.overrides).length === 0 && input.checksumMode !== true &&
    names.every((name) => KNOWN_TO_HUB.includes(name) || attributes[name] === undefined);
}
