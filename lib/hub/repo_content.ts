import type { CallOptions } from "./buckets.ts";
import { cutStream } from "./cut_stream.ts";
import { HubError } from "./hub_error.ts";
import { malformed } from "./reply.ts";
import { type RepoName, repoPagePath, revisionSegment } from "./repo_id.ts";
import type { Transport } from "./transport.ts";

/** What the headers of a resolve call say about a file of a repo. */
export interface ResolvedRepoFile {
  /** The commit that the revision names, 40 hex digits. */
  readonly commit: string;
  /** Length in bytes. */
  readonly size: number;
  /** The SHA-256 of a large file (64 hex digits), or else the name that Git gives the file (40). */
  readonly oid: string;
  /** The content's Xet hash, 64 hex digits; absent for a file that is not in Xet. */
  readonly xetHash?: string;
  /** Where the bytes of a large file are, for a while and without a token; never to be logged. */
  readonly location?: string;
}

/** Inclusive positions in a file. */
export interface ByteSpan {
  /** The first byte. */
  readonly first: number;
  /** The last byte. */
  readonly last: number;
}

/** How a file is opened. */
export interface OpenOptions extends CallOptions {
  /** Which bytes; all by default. */
  readonly range?: ByteSpan | undefined;
  /** Where {@linkcode resolveRepoFile} has said that the bytes are; the Hub is asked where they are not. */
  readonly location?: string | undefined;
}

/** A file whose bytes come. */
export interface OpenedFile {
  /** The bytes of the range, or all. */
  readonly body: ReadableStream<Uint8Array>;
  /** The entity tag of the answer, with its quotes. */
  readonly etag?: string;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * `HEAD {page}/resolve/{revision}/{path}`. Counts in the Hub's quota of resolver calls and not in that of API calls.
 *
 * @returns What the file is; undefined if there is none.
 * @throws HubError `not_found` with another code than `EntryNotFound` where there is no such repo or revision.
 */
export async function resolveRepoFile(
  transport: Transport,
  repo: RepoName,
  revision: string,
  path: string,
  options: CallOptions,
): Promise<ResolvedRepoFile | undefined> {
  const place = resolvePath(repo, revision, path);
  if (place === undefined) return undefined;
  // Asked for so, the Hub tells the length that the bytes have.
  const headers = { "accept-encoding": "identity" };
  const call = { method: "HEAD", path: place, idempotent: true, headers, ...options } as const;
  try {
    // A redirect leads to the bytes and mostly says all there is to know.
    const first = await transport.send({ ...call, accept: REDIRECTS });
    const knows = first.status < 300 || first.headers.has("x-linked-size");
    const reply = knows ? first : await transport.send(call);
    const header = (name: string) => reply.headers.get(name) ?? first.headers.get(name);
    const commit = header("x-repo-commit") ?? "";
    const length = header("x-linked-size") ??
      (reply.status < 300 ? reply.headers.get("content-length") : null) ?? "";
    const oid = /^(?:W\/)?"?([0-9a-f]{40}|[0-9a-f]{64})"?$/
      .exec(header("x-linked-etag") ?? reply.headers.get("etag") ?? "")?.[1];
    const xetHash = header("x-xet-hash");
    if (!/^[0-9a-f]{40}$/.test(commit)) throw malformed(reply, "unexpected X-Repo-Commit");
    if (!/^[0-9]{1,15}$/.test(length)) throw malformed(reply, "unexpected X-Linked-Size");
    if (oid === undefined) throw malformed(reply, "unexpected ETag");
    if (xetHash !== null && !/^[0-9a-f]{64}$/.test(xetHash)) {
      throw malformed(reply, "unexpected X-Xet-Hash");
    }
    const location = first.status < 300 || !knows ? null : first.headers.get("location");
    const target = location === null ? null : URL.parse(location, transport.base);
    return {
      commit,
      size: Number(length),
      oid,
      ...(xetHash !== null && { xetHash }),
      ...(target !== null && /^https?:$/.test(target.protocol) && { location: target.href }),
    };
  } catch (error) {
    if (error instanceof HubError && error.code === "EntryNotFound") return undefined;
    throw error;
  }
}

/**
 * What commit a revision names: each answer about a file says so, also that there is none.
 *
 * @returns Undefined where the Hub does not say.
 * @throws HubError `not_found` where there is no such repo or revision.
 */
export async function resolveRepoCommit(
  transport: Transport,
  repo: RepoName,
  revision: string,
  options: CallOptions,
): Promise<string | undefined> {
  const reply = await transport.send({
    method: "HEAD",
    path: `${repoPagePath(repo)}/resolve/${revisionSegment(revision)}/.gitattributes`,
    idempotent: true,
    accept: [...REDIRECTS, 404],
    ...options,
  });
  const { status, headers } = reply;
  if (status === 404 && headers.get("x-error-code") !== "EntryNotFound") {
    throw transport.refuse(reply, false);
  }
  const commit = headers.get("x-repo-commit") ?? "";
  return /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
}

/**
 * `GET {page}/resolve/{revision}/{path}`, to where the bytes are.
 *
 * @throws HubError `not_found` if there is no such file, `malformed` if the answer is of another range.
 */
export async function openRepoFile(
  transport: Transport,
  repo: RepoName,
  revision: string,
  path: string,
  options: OpenOptions,
): Promise<OpenedFile> {
  const place = resolvePath(repo, revision, path);
  if (place === undefined) throw new TypeError(`Not the path of a file: ${JSON.stringify(path)}`);
  const { range } = options;
  const response = await transport.open(place, {
    "accept-encoding": "identity",
    ...(range && { range: `bytes=${range.first}-${range.last}` }),
  }, options);
  const { status, headers, body } = response;
  const etag = headers.get("etag");
  const rest = etag === null ? {} : { etag };
  if (body === null) return { body: new ReadableStream({ start: (c) => c.close() }), ...rest };
  // A server may ignore ranges (RFC 9110, 14.2); what it would do so for is small.
  if (range !== undefined && status === 200) {
    return { body: cutStream(body, range.first, range.last), ...rest };
  }
  const wanted = range && `bytes ${range.first}-${range.last}/`;
  if (wanted !== undefined && !headers.get("content-range")?.startsWith(wanted)) {
    await body.cancel();
    throw malformed({ call: `GET ${place}`, status, headers, text: "" }, "not the range asked for");
  }
  return { body, ...rest };
}

/** Undefined for what cannot be a file of Git: an empty segment, `.` or `..`. */
function resolvePath(repo: RepoName, revision: string, path: string): string | undefined {
  const names = path.split("/");
  if (names.some((name) => name === "" || name === "." || name === "..")) return undefined;
  const file = names.map(encodeURIComponent).join("/");
  return `${repoPagePath(repo)}/resolve/${revisionSegment(revision)}/${file}`;
}
