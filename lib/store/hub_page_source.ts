import type { BucketClient } from "../buckets/bucket_client.ts";
import { HubError } from "../hub/hub_error.ts";
import {
  type PageRequest,
  type PageSource,
  RefusedCursor,
  type TreeLine,
  type TreePage,
} from "./listing/page_source.ts";
import type { StoredFile } from "./stored_file.ts";

/** {@linkcode PageSource} of a bucket of the Hub. */
export class HubPageSource implements PageSource {
  readonly #buckets: Pick<BucketClient, "treePage" | "pathsInfo">;
  readonly #id: string;
  readonly #limit: number;

  /**
   * @param buckets The bucket library.
   * @param id The bucket, `namespace/name`.
   * @param limit Lines on a page.
   */
  constructor(buckets: Pick<BucketClient, "treePage" | "pathsInfo">, id: string, limit: number) {
    this.#buckets = buckets;
    this.#id = id;
    this.#limit = limit;
  }

  async page(request: PageRequest): Promise<TreePage> {
    try {
      const { items, cursor } = await this.#buckets.treePage(this.#id, {
        ...request,
        limit: request.limit ?? this.#limit,
      });
      const lines = items.map((item): TreeLine =>
        item.type === "file" ? { kind: "file", file: item } : { kind: "directory", path: item.path }
      );
      return { lines, ...(cursor !== undefined && { next: cursor }) };
    } catch (error) {
      if (request.cursor !== undefined && refusesCursor(error)) {
        throw new RefusedCursor("The Hub refused a cursor", { cause: error });
      }
      throw error;
    }
  }

  files(paths: readonly string[]): Promise<ReadonlyMap<string, StoredFile>> {
    return this.#buckets.pathsInfo(this.#id, paths);
  }
}

/** How the Hub refuses a cursor is not documented; nothing else of such a request can be wrong. */
const refusesCursor = (error: unknown): boolean =>
  error instanceof HubError && (error.kind === "bad_request" || error.kind === "unprocessable");
