import { checksumAlgorithm } from "../checksum/algorithms.ts";
import { encodeBase64 } from "../checksum/base64.ts";
import { createDigest } from "../checksum/digest.ts";
import type { UploadChecksum } from "../multipart/upload_registry.ts";

/** A stream whose checksum is told once it has ended. */
export interface ChecksummedStream {
  readonly stream: ReadableStream<Uint8Array>;
  /** By S3's algorithm name, base64; valid after the stream has ended well. */
  checksums(): Readonly<Record<string, string>>;
}

/**
 * Computes on the way the checksum that an object or a part is to have and that nobody sent.
 *
 * @param stream The bytes.
 * @param choice Which one, if any.
 */
export function withChecksum(
  stream: ReadableStream<Uint8Array>,
  choice: UploadChecksum | undefined,
): ChecksummedStream {
  const algorithm = choice && checksumAlgorithm(choice.algorithm);
  if (algorithm === undefined) return { stream, checksums: () => ({}) };
  const digest = createDigest(algorithm);
  let value: string | undefined;
  const observer = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      digest.update(bytes);
      controller.enqueue(bytes);
    },
    flush() {
      value = encodeBase64(digest.digest());
    },
  });
  return {
    stream: stream.pipeThrough(observer),
    checksums() {
      if (value === undefined) {
        throw new Error("The bytes have not ended, so they have no checksum yet");
      }
      return { [algorithm]: value };
    },
  };
}
