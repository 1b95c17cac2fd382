/**
 * Buckets and what is in them, by the operations of S3.
 *
 * @module
 */

import { percentDecode } from "./percent.js";

/**
 * @import { S3Client } from "./s3_client.js"
 *
 * @typedef {object} Bucket
 * @property {string} name
 * @property {Date} createdAt
 *
 * @typedef {object} ListedObject
 * @property {string} key
 * @property {number} size
 * @property {Date} lastModified
 *
 * @typedef {object} Page
 * @property {readonly string[]} folders Their prefixes.
 * @property {readonly ListedObject[]} objects
 * @property {string | undefined} next The token of the next page, if there is one.
 *
 * @typedef {object} ListOptions
 * @property {string} prefix
 * @property {string} [token] That of the page before.
 * @property {boolean} [recursive] Whether keys are not grouped to folders.
 * @property {number} [pageSize] At most 1000, which is the default.
 * @property {AbortSignal} [signal]
 */

const REPO = /^(model|dataset|space)s--/;
const REPO_KINDS = new Map([["model", "Model"], ["dataset", "Dataset"], ["space", "Space"]]);

/**
 * What a bucket is if it is a Git repo of the Hub, which can only be read.
 *
 * @param {string} bucket
 * @returns {string | undefined} `Model`, `Dataset` or `Space`.
 */
export function repoKindOf(bucket) {
  return REPO_KINDS.get(REPO.exec(bucket)?.[1] ?? "");
}

/**
 * @param {S3Client} client
 * @param {AbortSignal} [signal]
 * @returns {Promise<readonly Bucket[]>} All of them.
 */
export async function listBuckets(client, signal) {
  /** @type {Bucket[]} */
  const buckets = [];
  /** @type {string | undefined} */
  let token;
  do {
    const { document } = await client.send({
      method: "GET",
      ...(token !== undefined && { query: [["continuation-token", token]] }),
      ...(signal && { signal }),
    });
    for (const bucket of elements(document, "Bucket")) {
      buckets.push({
        name: textOf(bucket, "Name"),
        createdAt: new Date(textOf(bucket, "CreationDate")),
      });
    }
    token = textOf(document?.documentElement, "ContinuationToken") || undefined;
  } while (token !== undefined);
  return buckets;
}

/**
 * @param {S3Client} client
 * @param {string} bucket
 */
export async function createBucket(client, bucket) {
  await client.send({ method: "PUT", bucket });
}

/**
 * @param {S3Client} client
 * @param {string} bucket
 */
export async function deleteBucket(client, bucket) {
  await client.send({ method: "DELETE", bucket });
}

/**
 * One page of a bucket.
 *
 * @param {S3Client} client
 * @param {string} bucket
 * @param {ListOptions} options
 * @returns {Promise<Page>}
 */
export async function listPage(client, bucket, { prefix, token, recursive, pageSize, signal }) {
  const { document } = await client.send({
    method: "GET",
    bucket,
    query: [
      ["list-type", "2"],
      ["encoding-type", "url"],
      ["prefix", prefix],
      .../** @type {[string, string][]} */ (recursive ? [] : [["delimiter", "/"]]),
      .../** @type {[string, string][]} */ (token === undefined
        ? []
        : [["continuation-token", token]]),
      ["max-keys", String(pageSize ?? 1000)],
    ],
    ...(signal && { signal }),
  });
  return {
    folders: elements(document, "CommonPrefixes").map((group) =>
      percentDecode(textOf(group, "Prefix"))
    ),
    objects: elements(document, "Contents").map((entry) => ({
      key: percentDecode(textOf(entry, "Key")),
      size: Number(textOf(entry, "Size")),
      lastModified: new Date(textOf(entry, "LastModified")),
    })),
    next: textOf(document?.documentElement, "NextContinuationToken") || undefined,
  };
}

/**
 * Every key under some prefixes.
 *
 * @param {S3Client} client
 * @param {string} bucket
 * @param {readonly string[]} prefixes
 * @param {AbortSignal} signal
 * @param {(count: number) => void} onFound Told how many there are so far.
 * @returns {Promise<string[]>}
 */
export async function keysUnder(client, bucket, prefixes, signal, onFound) {
  /** @type {string[]} */
  const keys = [];
  for (const prefix of prefixes) {
    /** @type {string | undefined} */
    let token;
    do {
      const page = await listPage(client, bucket, {
        prefix,
        recursive: true,
        signal,
        ...(token !== undefined && { token }),
      });
      for (const { key } of page.objects) keys.push(key);
      onFound(keys.length);
      token = page.next;
    } while (token !== undefined);
  }
  return keys;
}

/**
 * @param {ParentNode | undefined} parent
 * @param {string} name
 */
function elements(parent, name) {
  return [...(parent?.querySelectorAll(name) ?? [])];
}

/**
 * @param {Element | undefined} parent
 * @param {string} name
 */
export function textOf(parent, name) {
  return parent?.querySelector(`:scope > ${name}`)?.textContent ?? "";
}
