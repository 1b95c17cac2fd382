import { bytesFromHex } from "./hex.ts";

/** Keys of the keyed BLAKE3 hashes (Xet protocol, hashing): 32 bytes each. */

/** For chunk hashes. */
export const DATA_KEY: Uint8Array = bytesFromHex(
  "6697f5775b9550de3135cbaca597181c9de421109beb2b58b4d0b04b93adf229",
);

/** For the inner nodes of a hash tree. */
export const NODE_KEY: Uint8Array = bytesFromHex(
  "017ec5c7a5472996fd946666b48a02e65ddd536f37c76dd2f86352e64a53713f",
);

/** For the verification hash of a term. */
export const VERIFY_KEY: Uint8Array = bytesFromHex(
  "7f1857d6ce56ed66127ff913e7a5c3f3a4cd26d5b5db49e64124987f28fb94c3",
);

/** The salt of the last step of the file hash. */
export const ZERO_KEY: Uint8Array = new Uint8Array(32);
