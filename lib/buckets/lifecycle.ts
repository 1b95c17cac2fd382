import type { CallOptions, NewBucketOptions } from "../hub/buckets.ts";
import type { HubClient } from "../hub/hub_client.ts";
import { HubError } from "../hub/hub_error.ts";
import { bucketHandle } from "./bucket_names.ts";

/** Options of the creation of a bucket. */
export interface CreateOptions extends NewBucketOptions {
  /** Whether a bucket that is there already is no error. */
  readonly existOk?: boolean | undefined;
  /** The namespace of a bucket that is given by its bare name. Default: the client's. */
  readonly namespace?: string | undefined;
}

/** A bucket that can be worked with. */
export interface CreatedBucket {
  /** `namespace/name`. */
  readonly id: string;
  /** Its page on the Hub. */
  readonly url: string;
  /** `hf://buckets/namespace/name`, which every function takes as a name. */
  readonly handle: string;
  /** Whether it was created; `false`, with `existOk`, if there was one. */
  readonly created: boolean;
}

/** Options of the deletion of a bucket. */
export interface DeleteOptions extends CallOptions {
  /** Whether a bucket that is not there is no error. */
  readonly missingOk?: boolean | undefined;
}

/** Creates a bucket. If the answer is lost, a second attempt tells. */
export async function createBucket(
  hub: HubClient,
  id: string,
  options: CreateOptions,
): Promise<CreatedBucket> {
  const [namespace = "", name = ""] = id.split("/", 2);
  const create = () => hub.createBucket(namespace, name, options);
  const bucket = { id, handle: bucketHandle(id) };
  try {
    const { url } = await again(create);
    return { ...bucket, url, created: true };
  } catch (error) {
    if (!(error instanceof HubError && error.kind === "conflict" && options.existOk)) throw error;
    return { ...bucket, url: `${hub.endpoint}/buckets/${id}`, created: false };
  }
}

/**
 * Deletes a bucket with all its files. If the answer is lost, a second attempt tells: it then finds
 * nothing to delete.
 *
 * @returns Whether it was there; `false` only with `missingOk`.
 */
export async function deleteBucket(
  hub: HubClient,
  id: string,
  options: DeleteOptions,
): Promise<boolean> {
  let lost = false;
  try {
    await again(() => hub.deleteBucket(id, options), () => lost = true);
    return true;
  } catch (error) {
    if (!(error instanceof HubError && error.kind === "not_found")) throw error;
    if (!lost && !options.missingOk) throw error;
    return lost;
  }
}

/** Renames or moves a bucket. If the answer is lost, where the bucket is now tells. */
export async function moveBucket(
  hub: HubClient,
  from: string,
  to: string,
  options: CallOptions,
): Promise<void> {
  try {
    await hub.moveBucket(from, to, options);
  } catch (error) {
    if (!(error instanceof HubError && error.outcomeUnknown)) throw error;
    const moved = await exists(hub, to, options) && !await exists(hub, from, options);
    if (!moved) throw error;
  }
}

async function exists(hub: HubClient, id: string, options: CallOptions): Promise<boolean> {
  try {
    // A bucket that was moved away may answer with a redirect, under its new name.
    return (await hub.bucketInfo(id, options)).id === id;
  } catch (error) {
    if (error instanceof HubError && error.kind === "not_found") return false;
    throw error;
  }
}

/** Makes a call, and makes it again if it is not known what the first one did. */
async function again<T>(call: () => Promise<T>, onLost = () => {}): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof HubError && error.outcomeUnknown)) throw error;
    onLost();
    return await call();
  }
}
