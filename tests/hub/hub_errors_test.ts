import { assertEquals, assertInstanceOf } from "@std/assert";
import { HubError, type HubErrorKind } from "../../lib/hub/hub_error.ts";
import * as errors from "../../lib/hub/hub_errors.ts";

const classOf = (kind: HubErrorKind, code?: string, call = "GET /api/buckets/a/b") =>
  errors.hubError(kind, "what", { code, requestId: "r1" }, call);

Deno.test("each refusal of the Hub has a class of its own, and its request id", () => {
  const rows = [
    [classOf("not_found", "RepoNotFound"), errors.BucketNotFoundError],
    [classOf("not_found", "RepoNotFound", "POST /api/repos/move"), errors.BucketNotFoundError],
    [
      classOf("not_found", "RepoNotFound", "HEAD /buckets/a/b/resolve/x"),
      errors.BucketNotFoundError,
    ],
    [
      classOf("not_found", "RepoNotFound", "GET /api/datasets/buckets/b/tree/main"),
      errors.RepositoryNotFoundError,
    ],
    [classOf("not_found", "EntryNotFound"), errors.EntryNotFoundError],
    [classOf("not_found", "RevisionNotFound"), errors.RevisionNotFoundError],
    [classOf("not_found"), HubError],
    [classOf("conflict", undefined, "POST /api/buckets/a/b"), errors.BucketExistsError],
    [classOf("conflict", undefined, "POST /api/buckets/a/b/batch"), HubError],
    [classOf("unauthorized"), errors.UnauthorizedError],
    [classOf("forbidden"), errors.ForbiddenError],
    [classOf("forbidden", "GatedRepo"), errors.GatedRepoError],
    [classOf("rate_limited"), errors.RateLimitedError],
    [classOf("server_error"), HubError],
  ] as const;
  for (const [error, Class] of rows) {
    assertEquals(error.constructor, Class);
    assertEquals([error.name, error.requestId, error.message], [Class.name, "r1", "what"]);
    assertInstanceOf(error, HubError);
  }
});

Deno.test("a spent quota tells the wait in milliseconds, if the Hub named one", () => {
  const call = "GET /api/buckets/a/b";
  const error = errors.hubError("rate_limited", "what", { retryAfterSeconds: 1.5 }, call);
  assertInstanceOf(error, errors.RateLimitedError);
  assertEquals(error.waitMs, 1_500);
  assertEquals(new errors.RateLimitedError("rate_limited", "what").waitMs, undefined);
});
