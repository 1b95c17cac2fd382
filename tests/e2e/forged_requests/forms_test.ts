import { assertEquals } from "@std/assert";
import { signHeaderV4 } from "../../support/sign_requests.ts";
import { BUCKET } from "../raw_gateway.ts";
import { withHeaders } from "./authentications.ts";
import { fixture } from "./fixture.ts";
import { formForgeries, formRequest, type FormSignature, signedForm } from "./form_forgeries.ts";
import { Sender } from "./sender.ts";

const NAMES: readonly FormSignature[] = ["form v4", "form v2"];

/** What a form costs whose file is found to be wrong at its end: a look, a token, the CAS; never a batch. */
const STREAMING_CALLS = 6;

Deno.test("no forged form changes anything or costs a call of the Hub", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const before = await gateway.state();
  for (const name of NAMES) {
    for (const forgery of formForgeries(name)) {
      const which = { ...forgery, name: `${name}: ${forgery.name}` };
      const request = forgery.forge(gateway.signer);
      const calls = forgery.streams ? STREAMING_CALLS : 0;
      await sender.expectRefusal(which, { operation: "PostObject" }, request, calls);
      assertEquals(gateway.hub.counters.of("hub.batch").calls, 0);
    }
  }
  assertEquals(await gateway.state(), before);
});

Deno.test("a form that is signed well is stored, and headers of its request add nothing to it", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  for (const name of NAMES) {
    const request = formRequest(signedForm(name, gateway.signer));
    const headers = { "x-amz-meta-forged": "1", "x-amz-tagging": "a=forged", Expires: "never" };
    for (const sent of [request, withHeaders(request, headers)]) {
      assertEquals((await sender.send(sent)).status, 204, name);
      const read = { method: "GET", target: `/${BUCKET}/doomed`, headers: {} };
      const stored = await sender.send(signHeaderV4(read, gateway.signer));
      assertEquals([stored.status, stored.body], [200, "new content"]);
      assertEquals(stored.headers.get("x-amz-meta-a"), "signed");
      for (const header of ["x-amz-meta-forged", "x-amz-tagging-count", "expires"]) {
        assertEquals(stored.headers.get(header), undefined, header);
      }
    }
  }
});
