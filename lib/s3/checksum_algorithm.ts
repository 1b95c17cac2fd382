import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithm,
} from "../checksum/algorithms.ts";
import { S3Error } from "../errors/s3_error.ts";

/**
 * Reads `x-amz-checksum-algorithm`: the checksum that an object which is made on the server is to have.
 *
 * @throws {S3Error} InvalidRequest for a name that S3 does not have.
 */
export function readChecksumAlgorithm(headers: Headers): ChecksumAlgorithm | undefined {
  const name = headers.get("x-amz-checksum-algorithm");
  if (name === null) return undefined;
  const algorithm = checksumAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  throw new S3Error("InvalidRequest", {
    message: "Checksum algorithm provided is unsupported. Please try again with any of the valid " +
      `types: [${CHECKSUM_ALGORITHMS.join(", ")}]`,
  });
}
