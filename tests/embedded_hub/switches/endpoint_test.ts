import { assertEquals } from "@std/assert";
import { endpointMatches, endpointName } from "../../../lib/embedded_hub/switches/endpoint.ts";

Deno.test("each request has the name of its endpoint", () => {
  const names = [
    ["GET", "/api/buckets/a/b/tree/x%2Fy", "hub.tree"],
    ["POST", "/api/buckets/a/b/paths-info", "hub.paths-info"],
    ["POST", "/api/buckets/a/b/batch", "hub.batch"],
    ["HEAD", "/buckets/a/b/resolve/x", "hub.resolve"],
    ["GET", "/cdn/buckets/a/b/00", "hub.download"],
    ["GET", "/elsewhere", "hub.unknown"],
    ["GET", "/buckets/a/b/resolve/%zz", "hub.unknown"],
    ["POST", "/cas/v1/xorbs/default/00", "cas.xorb.post"],
    ["HEAD", "/cas/v1/xorbs/default/00", "cas.xorb.head"],
    ["POST", "/cas/v1/xorb-grants/default/00", "cas.xorb-grants"],
    ["POST", "/cas/v1/xorb-commits/default/00/grant/1", "cas.xorb-commits"],
    ["PUT", "/cas/uploads/1", "cas.uploads"],
    ["POST", "/cas/v2/shards", "cas.shards.v2"],
    ["GET", "/cas/v1/reconstructions/00", "cas.reconstruction.v1"],
    ["GET", "/cas/v1/chunks/default/00", "cas.chunks"],
    ["GET", "/cas/data/00", "cas.data"],
    ["GET", "/cas/", "cas.unknown"],
  ] as const;
  for (const [method, path, name] of names) assertEquals(endpointName(method, path), name);
});

Deno.test("a pattern means an endpoint, a group or all", () => {
  for (const pattern of ["*", "cas", "cas.xorb", "cas.xorb.post"]) {
    assertEquals(endpointMatches(pattern, "cas.xorb.post"), true);
  }
  for (const pattern of ["hub", "cas.xor", "cas.xorb.post.x"]) {
    assertEquals(endpointMatches(pattern, "cas.xorb.post"), false);
  }
});
