import { assertEquals } from "@std/assert";
import { countRequest, countResponse } from "../../../lib/embedded_hub/switches/byte_counting.ts";

function streamOf(...pieces: readonly string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
}

Deno.test("an announced length is counted at once", () => {
  let bytes = 0;
  const response = new Response("12345", { headers: { "Content-Length": "5" } });
  assertEquals(countResponse(response, (count) => bytes += count), response);
  assertEquals(bytes, 5);
});

Deno.test("a body of unknown length is counted as it flows, and stays the same", async () => {
  let bytes = 0;
  const add = (count: number) => void (bytes += count);
  const request = new Request("http://hub.test/", { method: "POST", body: streamOf("ab", "cde") });
  assertEquals(await countRequest(request, add).text(), "abcde");
  assertEquals(bytes, 5);
  const response = countResponse(new Response(streamOf("x", "yz"), { status: 201 }), add);
  assertEquals([response.status, await response.text(), bytes], [201, "xyz", 8]);
});

Deno.test("no body counts nothing", () => {
  const request = new Request("http://hub.test/");
  const add = () => {
    throw new Error("counted");
  };
  assertEquals(countRequest(request, add), request);
  assertEquals(countResponse(new Response(null), add).body, null);
});
