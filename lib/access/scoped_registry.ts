import { createHash } from "node:crypto";
import type {
  Completion,
  CompletionResult,
  RegistryPage,
  Upload,
  UploadPart,
  UploadRegistry,
} from "../multipart/upload_registry.ts";

const TAG_LENGTH = 16;

/**
 * A registry as one tenant sees it: uploads of others are unknown, whatever id is asked for. The id that a client gets ends in a tag
 * that only this tenant's ids have.
 */
export class ScopedRegistry implements UploadRegistry {
  readonly #all: UploadRegistry;
  readonly #scope: string;

  /**
   * @param all The uploads of all tenants.
   * @param scope Tells the tenant; no one can guess it.
   */
  constructor(all: UploadRegistry, scope: string) {
    this.#all = all;
    this.#scope = scope;
  }

  async create(upload: Omit<Upload, "uploadId" | "initiated">): Promise<Upload> {
    return this.#shown(await this.#all.create({ ...upload, bucket: this.#hidden(upload.bucket) }));
  }

  async get(uploadId: string): Promise<Upload | undefined> {
    const id = this.#inner(uploadId);
    const upload = id === undefined ? undefined : await this.#all.get(id);
    return upload && this.#shown(upload);
  }

  async putPart(uploadId: string, part: UploadPart): Promise<Upload | undefined> {
    const id = this.#inner(uploadId);
    const upload = id === undefined ? undefined : await this.#all.putPart(id, part);
    return upload && this.#shown(upload);
  }

  async listParts(
    uploadId: string,
    options: { readonly after: number; readonly limit: number },
  ): Promise<RegistryPage<UploadPart> | undefined> {
    const id = this.#inner(uploadId);
    return id === undefined ? undefined : await this.#all.listParts(id, options);
  }

  async *listUploads(bucket: string): AsyncIterable<Upload> {
    for await (const upload of this.#all.listUploads(this.#hidden(bucket))) {
      yield this.#shown(upload);
    }
  }

  /** Of all tenants: an access key id is one's alone. */
  countUploads(initiator?: string): Promise<number> {
    return this.#all.countUploads(initiator);
  }

  async beginCompletion(uploadId: string): Promise<Completion | undefined> {
    const id = this.#inner(uploadId);
    return id === undefined ? undefined : await this.#all.beginCompletion(id);
  }

  async completed(uploadId: string, lease: string, result: CompletionResult): Promise<void> {
    const id = this.#inner(uploadId);
    if (id !== undefined) await this.#all.completed(id, lease, result);
  }

  async completionFailed(uploadId: string, lease: string, error: Error): Promise<void> {
    const id = this.#inner(uploadId);
    if (id !== undefined) await this.#all.completionFailed(id, lease, error);
  }

  async abort(uploadId: string): Promise<boolean | "completing"> {
    const id = this.#inner(uploadId);
    return id === undefined ? false : await this.#all.abort(id);
  }

  dropBucket(bucket: string): Promise<void> {
    return this.#all.dropBucket(this.#hidden(bucket));
  }

  sweep(): Promise<number> {
    return this.#all.sweep();
  }

  #shown(upload: Upload): Upload {
    return {
      ...upload,
      bucket: upload.bucket.slice(this.#scope.length + 1),
      uploadId: upload.uploadId + this.#tag(upload.uploadId),
    };
  }

  /** No bucket's name has a slash. */
  #hidden(bucket: string): string {
    return `${this.#scope}/${bucket}`;
  }

  #inner(uploadId: string): string | undefined {
    const id = uploadId.slice(0, -TAG_LENGTH);
    return uploadId === id + this.#tag(id) ? id : undefined;
  }

  #tag(id: string): string {
    return createHash("sha256").update(`${this.#scope}/${id}`).digest("hex").slice(0, TAG_LENGTH);
  }
}

/**
 * What tells a Hub token's uploads from those of others, without telling the token.
 *
 * @param token The Hub token.
 */
export function scopeOf(token: string): string {
  return createHash("sha256").update("hugbucket uploads\0").update(token).digest("hex").slice(
    0,
    32,
  );
}
