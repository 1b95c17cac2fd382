import type { Sleep } from "../flow/sleep.ts";
import type { CallOptions } from "../hub/buckets.ts";
import type { HubClient } from "../hub/hub_client.ts";
import { HubError } from "../hub/hub_error.ts";
import type { ByteSpan } from "../hub/repo_content.ts";
import type { RepoName } from "../hub/repo_id.ts";
import { namedAs, type NamedContent } from "./named_content.ts";

/** A file of a repo at a commit. */
export interface RepoFilePlace {
  /** The repo that it is in. */
  readonly repo: RepoName;
  /** 40 hex digits. */
  readonly commit: string;
  /** Its path, no `/` at either end. */
  readonly path: string;
  /** Length in bytes. */
  readonly size: number;
  /** Its SHA-256 (64 hex digits), or the name that Git gives it (40). */
  readonly oid: string;
  /** Where its bytes were said to be a short time ago; asked for again where they are not. */
  readonly location?: string;
}

/** What reading stands on. */
export interface RepoFileSource {
  readonly hub: Pick<HubClient, "openRepoFile">;
  readonly sleep: Sleep;
}

/** A body that breaks off so often without a byte between is given up. */
const ATTEMPTS = 4;
const WAIT_MS = 500;

/** Reads a file or a range of it, going on where a body breaks off. Nothing is asked before the first read. */
export function readRepoFile(
  source: RepoFileSource,
  place: RepoFilePlace,
  { range, signal }: CallOptions & { readonly range?: ByteSpan | undefined },
): ReadableStream<Uint8Array> {
  const first = range?.first ?? 0;
  const last = range?.last ?? place.size - 1;
  const isWhole = first === 0 && last === place.size - 1;
  let sum: NamedContent | undefined;
  let at = first;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let failures = 0;

  /** The next bytes; none where the body has ended. */
  async function next(): Promise<Uint8Array | undefined> {
    while (true) {
      try {
        reader ??= (await open(source, place, { first: at, last }, failures === 0, signal))
          .getReader();
        const { value, done } = await reader.read();
        if (!done) {
          failures = 0;
          return value;
        }
        if (at > last) return undefined;
        throw new HubError("network", `The body of ${place.path} broke off`);
      } catch (error) {
        reader = undefined;
        signal?.throwIfAborted();
        if (error instanceof HubError && !error.retryable) throw error;
        if (++failures === ATTEMPTS) throw brokenOff(place, error);
        await source.sleep(WAIT_MS * 2 ** (failures - 1), signal);
      }
    }
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (isWhole) sum ??= await namedAs(place.oid, place.size);
      const bytes = at > last ? undefined : await next();
      if (bytes === undefined) {
        if (sum !== undefined && sum.digest("hex") !== place.oid) throw otherContent(place);
        controller.close();
        await reader?.cancel();
        return;
      }
      if (at + bytes.length > last + 1) throw otherContent(place);
      sum?.update(bytes);
      at += bytes.length;
      controller.enqueue(bytes);
    },
    cancel: (reason) => reader?.cancel(reason),
  }, { highWaterMark: 0 });
}

/** From where the Hub has said that the bytes are, unless that has failed: then the Hub is asked. */
async function open(
  { hub }: RepoFileSource,
  { repo, commit, path, size, location }: RepoFilePlace,
  range: ByteSpan,
  isFirst: boolean,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const isWhole = range.first === 0 && range.last === size - 1;
  const { body } = await hub.openRepoFile(repo, commit, path, {
    signal,
    ...(!isWhole && { range }),
    ...(isFirst && { location }),
  });
  return body;
}

const otherContent = ({ path }: RepoFilePlace): HubError =>
  new HubError("malformed", `The bytes of ${path} are not those that its name says`);

const brokenOff = ({ path }: RepoFilePlace, cause: unknown): HubError =>
  new HubError("network", `The body of ${path} broke off again and again`, { cause });
