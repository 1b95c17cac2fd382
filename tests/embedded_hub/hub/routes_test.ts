import { assertEquals, assertThrows } from "@std/assert";
import { HubError } from "../../../lib/embedded_hub/hub/hub_error.ts";
import { hubRoute } from "../../../lib/embedded_hub/hub/routes.ts";

const bucket = { namespace: "ns", name: "b" };

Deno.test("each call is found by its method and path", () => {
  assertEquals(hubRoute("GET", "/api/whoami-v2"), { kind: "whoami" });
  assertEquals(hubRoute("POST", "/api/repos/move"), { kind: "move" });
  assertEquals(hubRoute("GET", "/api/buckets/ns"), { kind: "list", namespace: "ns" });
  assertEquals(hubRoute("POST", "/api/buckets/ns/b"), { kind: "create", bucket });
  assertEquals(hubRoute("GET", "/api/buckets/ns/b"), { kind: "info", bucket });
  assertEquals(hubRoute("DELETE", "/api/buckets/ns/b"), { kind: "delete", bucket });
  assertEquals(hubRoute("PUT", "/api/buckets/ns/b/settings"), { kind: "settings", bucket });
  assertEquals(hubRoute("POST", "/api/buckets/ns/b/batch"), { kind: "batch", bucket });
  assertEquals(hubRoute("POST", "/api/buckets/ns/b/paths-info"), { kind: "paths-info", bucket });
  assertEquals(hubRoute("GET", "/api/buckets/ns/b/events"), { kind: "events", bucket });
  assertEquals(hubRoute("GET", "/cdn/buckets/ns/b/ff"), { kind: "download", bucket, hash: "ff" });
});

Deno.test("an escaped slash and a plain one are the same in prefixes and paths", () => {
  for (const path of ["a/b", "a%2Fb", "a%2fb"]) {
    assertEquals(hubRoute("GET", `/api/buckets/ns/b/tree/${path}`), {
      kind: "tree",
      bucket,
      prefix: "a/b",
    });
    assertEquals(hubRoute("HEAD", `/buckets/ns/b/resolve/${path}`), {
      kind: "resolve",
      bucket,
      path: "a/b",
    });
  }
});

Deno.test("paths are decoded once and never normalised", () => {
  const path = (raw: string) => hubRoute("GET", `/buckets/ns/b/resolve/${raw}`);
  assertEquals(path("../x"), { kind: "resolve", bucket, path: "../x" });
  assertEquals(path("a//b/"), { kind: "resolve", bucket, path: "a//b/" });
  assertEquals(path("%252F"), { kind: "resolve", bucket, path: "%2F" });
  assertEquals(path("a+b%20c"), { kind: "resolve", bucket, path: "a+b c" });
});

Deno.test("a broken escape is a 400", () => {
  for (const raw of ["%", "%zz", "%ff", "a%E0%A4"]) {
    const error = assertThrows(() => hubRoute("GET", `/buckets/ns/b/resolve/${raw}`), HubError);
    assertEquals(error.status, 400);
  }
});

Deno.test("anything else is no call", () => {
  const none = [
    ["GET", "/"],
    ["GET", ""],
    ["POST", "/api/whoami-v2"],
    ["GET", "/api/buckets"],
    ["GET", "/api/buckets//b"],
    ["DELETE", "/api/buckets/ns"],
    ["PATCH", "/api/buckets/ns/b"],
    ["POST", "/api/buckets/ns/b/tree"],
    ["GET", "/api/buckets/ns/b/batch"],
    ["POST", "/api/buckets/ns/b/batch/x"],
    ["GET", "/buckets/ns/b/blob/x"],
    ["POST", "/buckets/ns/b/resolve/x"],
    ["GET", "/cdn/buckets/ns/b/ff/x"],
    ["GET", "/api/papers/ns/b"],
  ] as const;
  for (const [method, path] of none) assertEquals(hubRoute(method, path), undefined, path);
});
