/**
 * Deletes objects, a thousand with each request.
 *
 * @module
 */

import { textOf } from "./buckets.js";
import { S3Failure } from "./s3_failure.js";

/** @import { S3Client } from "./s3_client.js" */

const KEYS_PER_REQUEST = 1000;
/** What XML 1.0 cannot hold, escaped or not. */
// deno-lint-ignore no-control-regex
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/**
 * @param {S3Client} client
 * @param {string} bucket
 * @param {readonly string[]} keys
 * @param {(count: number) => void} onDeleted Told how many are gone so far.
 * @returns {Promise<void>}
 * @throws {S3Failure} What one of them was refused with, after the others are gone.
 */
export async function deleteObjects(client, bucket, keys, onDeleted) {
  const together = keys.filter((key) => !NOT_XML.test(key));
  const apart = keys.filter((key) => NOT_XML.test(key));
  /** @type {S3Failure[]} */
  const failures = [];
  let count = 0;
  for (let at = 0; at < together.length; at += KEYS_PER_REQUEST) {
    const some = together.slice(at, at + KEYS_PER_REQUEST);
    const { document } = await client.send({
      method: "POST",
      bucket,
      query: [["delete", ""]],
      headers: { "content-type": "application/xml" },
      body: deleteDocument(some),
    });
    const refused = [...(document?.querySelectorAll("Error") ?? [])];
    failures.push(...refused.map(failureOfKey));
    onDeleted(count += some.length - refused.length);
  }
  for (const key of apart) {
    await client.send({ method: "DELETE", bucket, key });
    onDeleted(++count);
  }
  if (failures[0] !== undefined) throw failures[0];
}

/** @param {readonly string[]} keys */
function deleteDocument(keys) {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`);
  return `<Delete><Quiet>true</Quiet>${objects.join("")}</Delete>`;
}

/** @param {Element} error */
function failureOfKey(error) {
  return new S3Failure({
    code: textOf(error, "Code"),
    text: `${textOf(error, "Key")} was not deleted: ${textOf(error, "Message")}`,
    status: 200,
  });
}

/** @param {string} text */
export function escapeXml(text) {
  return text.replace(/[&<>"\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
