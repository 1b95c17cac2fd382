import { HubError, type HubErrorKind, type HubErrorOptions } from "./hub_error.ts";

/** There is no such bucket, or it is hidden from the token. */
export class BucketNotFoundError extends HubError {
  /** The name of the class. */
  override readonly name: string = "BucketNotFoundError";
}

/** There is no such model, dataset or Space, or it is hidden from the token. */
export class RepositoryNotFoundError extends HubError {
  /** The name of the class. */
  override readonly name: string = "RepositoryNotFoundError";
}

/** A model, dataset or Space has no such branch, tag or commit. */
export class RevisionNotFoundError extends HubError {
  /** The name of the class. */
  override readonly name: string = "RevisionNotFoundError";
}

/** There is no file, or nothing at all, at a path. */
export class EntryNotFoundError extends HubError {
  /** The name of the class. */
  override readonly name: string = "EntryNotFoundError";
}

/** The name of a bucket is taken. */
export class BucketExistsError extends HubError {
  /** The name of the class. */
  override readonly name: string = "BucketExistsError";
}

/** The token is missing or not known to the Hub (401). */
export class UnauthorizedError extends HubError {
  /** The name of the class. */
  override readonly name: string = "UnauthorizedError";
}

/** The token does not allow it (403). */
export class ForbiddenError extends HubError {
  /** The name of the class. */
  override readonly name: string = "ForbiddenError";
}

/** Access to a model, dataset or Space has to be asked for on its page first. */
export class GatedRepoError extends ForbiddenError {
  /** The name of the class. */
  override readonly name: string = "GatedRepoError";
}

/** The Hub has failed again and again: nothing was sent, and nothing will be until `retryAfterSeconds` are over. */
export class HubDownError extends HubError {
  /** The name of the class. */
  override readonly name: string = "HubDownError";
}

/** The Hub's quota of calls is spent (429). */
export class RateLimitedError extends HubError {
  /** The name of the class. */
  override readonly name: string = "RateLimitedError";

  /** How long to wait before the next call, in milliseconds; undefined if the Hub did not say. */
  get waitMs(): number | undefined {
    return this.retryAfterSeconds === undefined ? undefined : this.retryAfterSeconds * 1000;
  }
}

/**
 * The error of the class that fits.
 *
 * @param kind What went wrong.
 * @param message A sentence that names the call; no secret.
 * @param options The rest.
 * @param call The call, as in "GET /api/buckets/a/b".
 */
export function hubError(
  kind: HubErrorKind,
  message: string,
  options: HubErrorOptions,
  call: string,
): HubError {
  const Class = classOf(kind, options.code, call);
  return new Class(kind, message, options);
}

/** Calls on one bucket, by the API or by a download path. */
const ON_BUCKET = /^[A-Z]+ (?:\/api)?\/buckets\/[^/]+\/[^/]+/;
/** Calls that give a bucket a name. */
const NAMES_BUCKET = /^POST \/api\/(?:buckets\/[^/]+\/[^/]+|repos\/move)$/;

/** `huggingface_hub` tells them apart by `X-Error-Code` and the path (its `hf_raise_for_status`). */
function classOf(kind: HubErrorKind, code: string | undefined, call: string): typeof HubError {
  switch (kind) {
    case "not_found":
      if (code === "EntryNotFound") return EntryNotFoundError;
      if (code === "RevisionNotFound") return RevisionNotFoundError;
      if (code !== "RepoNotFound") return HubError;
      return ON_BUCKET.test(call) || NAMES_BUCKET.test(call)
        ? BucketNotFoundError
        : RepositoryNotFoundError;
    case "conflict":
      return NAMES_BUCKET.test(call) ? BucketExistsError : HubError;
    case "unauthorized":
      return UnauthorizedError;
    case "forbidden":
      return code === "GatedRepo" ? GatedRepoError : ForbiddenError;
    case "rate_limited":
      return RateLimitedError;
    default:
      return HubError;
  }
}
