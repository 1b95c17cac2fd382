import { assertEquals } from "@std/assert";
import { endpointName } from "../../lib/embedded_hub/switches/endpoint.ts";
import { callName } from "../../lib/hub/call_name.ts";

const CALLS = [
  "GET /api/whoami-v2",
  "POST /api/repos/move",
  "GET /api/buckets/ns",
  "GET /api/buckets/ns?search=x%2Fy",
  "POST /api/buckets/ns/name",
  "GET /api/buckets/ns/name",
  "DELETE /api/buckets/ns/name",
  "PUT /api/buckets/ns/name/settings",
  "GET /api/buckets/ns/name/tree?recursive=true",
  "GET /api/buckets/ns/name/tree/batch/x",
  "POST /api/buckets/ns/name/paths-info",
  "POST /api/buckets/ns/name/batch",
  "GET /api/buckets/ns/name/xet-read-token",
  "GET /api/buckets/ns/name/xet-write-token",
  "HEAD /buckets/ns/name/resolve/a%2Fb",
  "GET /api/models/gpt2",
  "GET /api/datasets/ns/name",
  "GET /api/spaces/ns/name/revision/refs%2Fpr%2F1",
  "GET /api/models/ns/name/tree/main/resolve",
  "GET /api/models/gpt2/tree/main",
  "POST /api/models/ns/name/paths-info/main",
  "GET /api/datasets/ns/name/refs",
  "GET /api/datasets/ns/name/commits/main",
  "GET /api/datasets/ns/name/xet-read-token/main",
  "HEAD /ns/name/resolve/main/a",
  "GET /gpt2/resolve/main/a",
  "GET /datasets/ns/name/resolve/main/a/resolve/b",
];

Deno.test("calls of the Hub have the names by which the embedded hub counts them", () => {
  for (const call of CALLS) {
    const [method = "", path = ""] = call.split(" ");
    assertEquals(
      `hub.${callName(method, path)}`,
      endpointName(method, path.split("?")[0] ?? ""),
      call,
    );
  }
  assertEquals(callName("GET", "/cdn/buckets/ns/name/hash"), "other");
  assertEquals(callName("GET", ""), "other");
});
