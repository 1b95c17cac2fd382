import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import type { BucketClient } from "../../buckets/bucket_client.ts";
import { CasError } from "../../xet/cas/cas_error.ts";
import { XetFormatError } from "../../xet/error.ts";
import type { StoredFile } from "../stored_file.ts";
import { isBoundTo, META_FORMAT, type SidecarAttributes } from "./meta_format.ts";
import { PARTS_FORMAT } from "./parts_format.ts";
import type { ObjectPart } from "../object_store.ts";
import { readSidecar, type SidecarFormat, writeSidecar } from "./sidecar_format.ts";

/** Told of a file of the gateway's own that is not used: who reads the object goes without it. */
export interface IgnoredSidecar {
  /** The bucket, `namespace/name`. */
  readonly bucket: string;
  /** The file's path. */
  readonly path: string;
  /** `unreadable`: not a document of ours; `too-large`; `stale`: of another write; `lost`: no content. */
  readonly reason: "unreadable" | "too-large" | "stale" | "lost";
}

/** What {@linkcode Sidecars} stands on. */
export interface SidecarsOptions {
  readonly buckets: Pick<BucketClient, "upload" | "download">;
  readonly onIgnored?: ((ignored: IgnoredSidecar) => void) | undefined;
  /** Bytes of documents to keep. Default: 4 MiB. */
  readonly cacheBytes?: number | undefined;
}

const CACHE_BYTES = 4 * 1024 * 1024;
/** Documents that are moved at once. */
const CONCURRENCY = 8;

/** The content of the gateway's own files: stores it, reads it, and keeps it by its hash. */
export class Sidecars {
  readonly #options: SidecarsOptions;
  readonly #texts: LRUCache<string, string>;
  readonly #limit = pLimit(CONCURRENCY);

  /** @param options Where content is, and what to keep of it. */
  constructor(options: SidecarsOptions) {
    this.#options = options;
    const maxSize = options.cacheBytes ?? CACHE_BYTES;
    this.#texts = new LRUCache({ maxSize, sizeCalculation: (text) => 64 + 2 * text.length });
  }

  /**
   * Stores a document; nobody sees it before a commit gives it a path.
   *
   * @returns The hash of its content.
   */
  stage<T>(id: string, format: SidecarFormat<T>, value: T): Promise<string> {
    return this.#limit(async () => {
      const bytes = writeSidecar(format, value);
      const { hash } = await this.#options.buckets.upload(id, new Blob([bytes]).stream());
      this.#texts.set(hash, new TextDecoder().decode(bytes));
      return hash;
    });
  }

  /** The attributes that a sidecar gives to an object; none if it is not of this write. */
  async attributes(id: string, object: StoredFile, file: StoredFile): Promise<SidecarAttributes> {
    const meta = await this.#ofSameWrite(id, object, file, META_FORMAT);
    if (meta === undefined) return {};
    if (isBoundTo(meta, object)) return meta.attributes;
    this.#ignore(id, file, "stale");
    return {};
  }

  /** The parts that a sidecar gives to an object; none if it is not of this write. */
  async parts(id: string, object: StoredFile, file: StoredFile): Promise<readonly ObjectPart[]> {
    const found = await this.#ofSameWrite(id, object, file, PARTS_FORMAT);
    if (found === undefined) return [];
    const size = found.parts.reduce((sum, part) => sum + part.size, 0);
    if (found.hash === object.xetHash && size === object.size) return found.parts;
    this.#ignore(id, file, "stale");
    return [];
  }

  /** What a document says; undefined, and told, if it cannot be used. */
  async read<T>(id: string, file: StoredFile, format: SidecarFormat<T>): Promise<T | undefined> {
    if (file.size > format.maxBytes) {
      this.#ignore(id, file, "too-large");
      return undefined;
    }
    const text = this.#texts.get(file.xetHash) ?? await this.#limit(() => this.#load(id, file));
    if (text === undefined) {
      this.#ignore(id, file, "lost");
      return undefined;
    }
    const value = readSidecar(format, text);
    if (value === undefined) this.#ignore(id, file, "unreadable");
    return value;
  }

  #ofSameWrite<T>(
    id: string,
    object: StoredFile,
    file: StoredFile,
    format: SidecarFormat<T>,
  ): Promise<T | undefined> {
    if (isOfSameWrite(object, file)) return this.read(id, file, format);
    this.#ignore(id, file, "stale");
    return Promise.resolve(undefined);
  }

  /** Undefined if the CAS does not have the content, or other bytes. */
  async #load(id: string, { xetHash: hash, size }: StoredFile): Promise<string | undefined> {
    try {
      const content = this.#options.buckets.download(id, { hash, size });
      // Bytes that are no UTF-8 become U+FFFD: no document of ours.
      const text = await new Response(content).text();
      this.#texts.set(hash, text);
      return text;
    } catch (error) {
      const lost = error instanceof XetFormatError ||
        (error instanceof CasError && error.status === 404);
      if (!lost) throw error;
      return undefined;
    }
  }

  #ignore(bucket: string, { path }: StoredFile, reason: IgnoredSidecar["reason"]): void {
    this.#options.onIgnored?.({ bucket, path, reason });
  }
}

/** An object and its sidecars are given the same `mtime`, which the Hub shows for both alike. */
export const isOfSameWrite = (object: StoredFile, sidecar: StoredFile): boolean =>
  object.mtime !== undefined && object.mtime.getTime() === sidecar.mtime?.getTime();
