/** The object checksum algorithms of S3 (Amazon S3 user guide, "Checking object integrity"). */
export const CHECKSUM_ALGORITHMS = [
  "CRC32",
  "CRC32C",
  "CRC64NVME",
  "MD5",
  "SHA1",
  "SHA256",
  "SHA512",
  "XXHASH128",
  "XXHASH3",
  "XXHASH64",
] as const;

/** An object checksum algorithm by S3's name. */
export type ChecksumAlgorithm = typeof CHECKSUM_ALGORITHMS[number];

/** Length of the digest in bytes. */
export const DIGEST_LENGTHS: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  MD5: 16,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  XXHASH128: 16,
  XXHASH3: 8,
  XXHASH64: 8,
};

/**
 * The algorithm of a name as S3 spells it, in any case.
 *
 * @param name Such as `crc32c` or `SHA256`.
 * @returns The algorithm, or nothing when S3 has none of that name.
 */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  const upper = name.toUpperCase();
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === upper);
}

/** The header and trailer that carries an algorithm's value: `x-amz-checksum-crc32` and so on. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}
