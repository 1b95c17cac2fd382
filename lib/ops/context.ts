import type { UploadRegistry } from "../multipart/upload_registry.ts";
import type { Operations, ServedOperation } from "../s3/operations.ts";
import type { ObjectStore } from "../store/object_store.ts";

/** Ties text that a client brings back to whom it was given. */
export interface ContinuationSeal {
  /** The seal of a text. */
  of(text: string): string;
  /** Whether a seal is that of the text. */
  isOf(text: string, seal: string): boolean;
}

/** What an operation may use: everything it needs, and nothing of the request's form. */
export interface OperationContext {
  readonly store: ObjectStore;
  readonly registry: UploadRegistry;
  /** Who asks; the access key id is empty when authentication is off. */
  readonly requester: { readonly accessKeyId: string };
  /** Ties continuation tokens to who was given them. */
  readonly seal: ContinuationSeal;
  /** The region that this gateway says it is in. */
  readonly region: string;
  /** Whether CRC32 and CRC64NVME, which SDKs send by default, are stored too. Default false. */
  readonly storeChecksums?: boolean;
  /** Whether readers are sent to where the bytes are, if the Hub has a URL. Default false. */
  readonly redirect?: boolean;
  /** Whether pieces of an answer's body are done with when the next is asked for. Default false. */
  readonly lentBodies?: boolean;
  /** How many multipart uploads the requester may have open. Default: any number. */
  readonly maxUploads?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends when the client goes away. */
  readonly signal: AbortSignal;
}

/** Does one operation: throws `S3Error` or `StoreError`. */
export type OperationHandler<N extends ServedOperation> = (
  context: OperationContext,
  input: Operations[N]["input"],
) => Promise<Operations[N]["output"]>;

/** A handler for every served operation. */
export type OperationTable = { readonly [N in ServedOperation]: OperationHandler<N> };
