import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HubError } from "../../../lib/embedded_hub/hub/hub_error.ts";
import {
  parseJsonObject,
  readHubRequest,
  readJsonObject,
  readText,
} from "../../../lib/embedded_hub/hub/hub_request.ts";

function posted(body: BodyInit | null) {
  return readHubRequest(new Request("http://hub.test/x?a=b%20c", { method: "POST", body }));
}

Deno.test("links are made with the origin that the client used, or with the public URL", () => {
  const request = new Request("http://hub.test:1234/x?a=b%20c");
  assertEquals(readHubRequest(request).origin, "http://hub.test:1234");
  assertEquals(readHubRequest(request, "https://hub.example").origin, "https://hub.example");
  assertEquals(readHubRequest(request).rawQuery, "a=b%20c");
  assertEquals(readHubRequest(request).query.get("a"), "b c");
});

Deno.test("a body over the limit is a 413", async () => {
  assertEquals(await readText(posted("12345"), 5), "12345");
  const error = await assertRejects(() => readText(posted("123456"), 5), HubError);
  assertEquals(error.status, 413);
});

Deno.test("a body that is not UTF-8 is a 400", async () => {
  for (const bytes of [[0xff], [0xe2, 0x82]]) {
    const error = await assertRejects(() => readText(posted(new Uint8Array(bytes)), 9), HubError);
    assertEquals(error.status, 400);
  }
});

Deno.test("an absent body is an empty object, and anything but an object is a 400", async () => {
  assertEquals(await readJsonObject(posted(null), 100), {});
  for (const text of ["[]", "1", "null", '"x"', "{", "{}}"]) {
    assertEquals(assertThrows(() => parseJsonObject(text), HubError).status, 400, text);
  }
});
