/**
 * The bucket library: Storage Buckets of the Hugging Face Hub, with group commit and streamed
 * content. What `mod.ts` of the package exports.
 *
 * @module
 */

export { BucketClient, type BucketClientOptions, type ListOptions } from "./bucket_client.ts";
export type { BatchedFiles, BatchFilesOptions, FileChanges, FileToAdd } from "./batch_files.ts";
export { type HubLocation, parseHubUri, type RepoKind } from "./bucket_names.ts";
export type { RepoReader, RepoReadOptions } from "./repo_reader.ts";
export type { RepoFilePlace } from "./repo_file_stream.ts";
export type { ByteSpan, ResolvedRepoFile } from "../hub/repo_content.ts";
export type { RepoName, RepoType } from "../hub/repo_id.ts";
export type { RepoTreePage, RepoTreePageOptions } from "../hub/repos.ts";
export type {
  LastCommit,
  RepoCommit,
  RepoDirectory,
  RepoFile,
  RepoItem,
  RepoRef,
  RepoRefs,
  RepoRevision,
} from "../hub/repo_wire.ts";
export type { CommitOutcome, SendOptions } from "./commit_group.ts";
export type { CommitOptions } from "./refused_copies.ts";
export { contentHash } from "./content_hasher.ts";
export type { CopiedFiles } from "./copy_files.ts";
export type { ByteRange, DownloadedFile, DownloadFileOptions } from "./download_file.ts";
export type { DownloadFileToOptions, LocalFile } from "./download_file_to.ts";
export type { FileSource } from "./file_source.ts";
export type { FailedFile, FileDescription, JobOptions, UploadedFile } from "./job_options.ts";
export type { CreatedBucket, CreateOptions, DeleteOptions } from "./lifecycle.ts";
export type { Many } from "./many.ts";
export type { OnProgress, Progress, ProgressPhase } from "./progress.ts";
export type { UploadFileOptions } from "./upload_file.ts";
export type { ContentName, ContentPart, ContentSlice } from "./content_part.ts";
export type {
  DiskCacheSettings,
  DownloadOptions,
  PieceOwnership,
  TransferObserver,
  TransferOptions,
} from "./transfers.ts";
export type { ClientObserver } from "./client_observer.ts";
export type { CallEnding, CallObserver } from "../flow/call_observer.ts";
export type { HubObserver } from "../hub/hub_observer.ts";
export type { LimitState } from "../hub/rate_limit.ts";
export type { ChunkOrigin, ReadObserver } from "../xet/transfer/read_observer.ts";
export type { ListTreeOptions } from "./tree.ts";
export type { CallOptions, NewBucketOptions } from "../hub/buckets.ts";
export type { BatchOperation, TreePage, TreePageOptions } from "../hub/files.ts";
export { HubError, type HubErrorKind, type HubErrorOptions } from "../hub/hub_error.ts";
export {
  BucketExistsError,
  BucketNotFoundError,
  EntryNotFoundError,
  ForbiddenError,
  GatedRepoError,
  HubDownError,
  RateLimitedError,
  RepositoryNotFoundError,
  RevisionNotFoundError,
  UnauthorizedError,
} from "../hub/hub_errors.ts";
export type { HubRetry } from "../hub/transport.ts";
export type { BucketInfo, DirectoryInfo, FileInfo, TreeItem, WhoAmI } from "../hub/wire.ts";
export {
  type Lease,
  type LeaseHolder,
  MemoryBudget,
  type SpareMemory,
} from "../flow/memory_budget.ts";
export { WorkerPools } from "./worker_pools.ts";
export type { Sleep } from "../flow/sleep.ts";
export { CasError, type CasErrorOptions } from "../xet/cas/cas_error.ts";
export { XetFormatError } from "../xet/error.ts";
export type { FileRecipe } from "../xet/transfer/context.ts";
export type { FileName, LazyPart, ListedFile } from "../xet/transfer/file_part.ts";
export type { Term } from "../xet/format/mod.ts";
export type { ChunkList } from "../xet/hash/mod.ts";
