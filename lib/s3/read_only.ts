import { S3Error } from "../errors/s3_error.ts";
import { isRepoBucket } from "../store/repos/repo_bucket_names.ts";
import type { OperationName } from "./operation_names.ts";

/** The names of all operations that change nothing begin so, but one. */
const READ = /^(Get|Head|List|SelectObjectContent$)/;

/**
 * Refuses what would change a model, a dataset or a Space, before anything is asked of the Hub.
 *
 * @param operation What the request means.
 * @param bucket The bucket that it is about.
 * @throws {S3Error} AccessDenied, with a message that says why.
 */
export function refuseWriteToRepo(operation: OperationName, bucket: string | undefined): void {
  if (bucket === undefined || !isRepoBucket(bucket) || READ.test(operation)) return;
  throw new S3Error("AccessDenied", {
    message:
      `${bucket} is a Git repo of the Hugging Face Hub, which this gateway only reads. Write to a Storage Bucket, or commit to the repo with the Hub's own tools.`,
  });
}
