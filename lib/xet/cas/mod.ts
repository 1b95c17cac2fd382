/**
 * The HTTP API of the CAS.
 *
 * @module
 */

export { CasClient } from "./cas_client.ts";
export type {
  CasCallOptions,
  CasClientOptions,
  CasScope,
  CasToken,
  CasTokenSource,
  FileRange,
} from "./cas_options.ts";
export { CasError, type CasErrorOptions } from "./cas_error.ts";
export type { CasRetry } from "./exchange.ts";
export type { FileChunkHashes } from "./file_chunk_hashes.ts";
export { createSender } from "./create_sender.ts";
export type { KeptSender } from "./sender.ts";
export type { FetchSource, Reconstruction, Span } from "./reconstruction.ts";
export type { SendAnswer, Sender, SendRequest } from "./sender.ts";
