import { assertEquals } from "@std/assert";
import { endpointName } from "../../../lib/embedded_hub/switches/endpoint.ts";
import { callName } from "../../../lib/xet/cas/call_name.ts";

const HASH = "0".repeat(64);

Deno.test("calls of the CAS have the names by which the embedded hub counts them", () => {
  for (
    const call of [
      `POST /v1/xorbs/default/${HASH}`,
      `HEAD /v1/xorbs/default/${HASH}`,
      "POST /v1/shards",
      "POST /v2/shards",
      `GET /v1/chunks/default/${HASH}`,
      `GET /v1/reconstructions/${HASH}`,
      `GET /v2/reconstructions/${HASH}`,
      `HEAD /v1/files/${HASH}`,
      `GET /v2/file-chunk-hashes/${HASH}`,
    ]
  ) {
    const [method = "", path = ""] = call.split(" ");
    assertEquals(`cas.${callName(call)}`, endpointName(method, `/cas${path}`), call);
  }
  assertEquals(`cas.${callName("GET bytes 0-1 of a xorb")}`, endpointName("GET", "/cas/data/x"));
});
