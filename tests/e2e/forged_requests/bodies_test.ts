import { assert, assertEquals } from "@std/assert";
import { isServed } from "../../../lib/s3/codecs.ts";
import type { OperationName } from "../../../lib/s3/operation_names.ts";
import { AUTHENTICATION_NAMES, AUTHENTICATIONS, withHeaders } from "./authentications.ts";
import { bodyForgeries, FRAMING_FORGERIES } from "./body_forgeries.ts";
import { fixture } from "./fixture.ts";
import { type RefusalCode, statusOf } from "./forgeries.ts";
import { announced, CHUNKED, PLAIN, seal, sealedRequest, UNSIGNED, WITH_MD5 } from "./payloads.ts";
import { type Row, rowsOf } from "./rows.ts";
import { Sender } from "./sender.ts";
import { ALL_FORGERIES } from "./signature_forgeries.ts";

const PAYLOADS = [PLAIN, WITH_MD5, UNSIGNED, ...CHUNKED];

/** Their bodies go to the CAS while they arrive, before it is known that they are forged. */
const STREAMING: ReadonlySet<OperationName> = new Set(["PutObject", "UploadPart", "PostObject"]);

/** Looks at the bucket, a token, and what goes to the CAS; never a batch. */
const STREAMING_CALLS = 6;

/** Nobody who has the secret sends such a body, and it costs nothing. */
const FORGED: ReadonlySet<RefusalCode> = new Set([
  "SignatureDoesNotMatch",
  "XAmzContentSHA256Mismatch",
]);

/** How many calls a body may cost: one is the look for the bucket, which outranks a body that is merely broken. */
function callsOf({ operation }: Row, code: RefusalCode): number {
  if (STREAMING.has(operation)) return STREAMING_CALLS;
  return FORGED.has(code) ? 0 : 1;
}

const hasBody = ({ request }: Row): boolean => (request.body?.length ?? 0) > 0;

Deno.test("a body in any form, under a signature of any form, is taken by every operation that has one", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const rows = rowsOf(gateway.ids).filter(hasBody);
  assert(rows.length >= 12);
  for (const row of rows) {
    for (const payload of PAYLOADS) {
      for (const name of AUTHENTICATION_NAMES.filter(payload.goesWith)) {
        const request = sealedRequest(seal(row.request, payload, name, gateway.signer));
        const answer = await sender.send(request);
        const which = `${payload.name}, ${name}: ${row.operation}`;
        assert(answer.status >= 200 && answer.status < 300, `${which} ${answer.body}`);
        assertEquals(gateway.lastOperation(), row.operation, which);
      }
    }
  }
});

Deno.test("no body that is not what was signed or promised changes anything, on any route", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const before = await gateway.state();
  const { signer } = gateway;
  for (const row of rowsOf(gateway.ids).filter(hasBody)) {
    for (const payload of PAYLOADS.filter((payload) => payload !== UNSIGNED)) {
      for (const name of AUTHENTICATION_NAMES.filter(payload.goesWith)) {
        const sealed = seal(row.request, payload, name, signer);
        for (const forgery of bodyForgeries(payload)) {
          const which = { ...forgery, name: `${payload.name}, ${name}, ${forgery.name}` };
          const forged = { body: sealed.body, other: row.otherBody, signer };
          await sender.expectRefusal(
            which,
            row,
            forgery.forge(sealed, forged),
            callsOf(row, forgery.code),
          );
          assertEquals(gateway.hub.counters.of("hub.batch").calls, 0);
        }
      }
    }
  }
  assertEquals(await gateway.state(), before);
});

Deno.test("no forged signature is good with a body in any form", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const before = await gateway.state();
  const rows = rowsOf(gateway.ids).filter(hasBody);
  for (const [p, payload] of PAYLOADS.entries()) {
    for (const [j, row] of rows.entries()) {
      const { body } = seal(row.request, payload, "header v4", gateway.signer);
      const request = { ...announced(row.request, payload), body };
      for (const [i, forgery] of ALL_FORGERIES.entries()) {
        // Each form of body meets each forgery on a row or two, and each row each form with each twelfth forgery.
        if ((i + j + p) % 12 > 0) continue;
        if (payload.frame?.signed && /v2/.test(forgery.name)) continue;
        const forged = forgery.forge({ ...row, request }, gateway.signer);
        const which = { ...forgery, name: `${payload.name}, ${forgery.name}` };
        if (forged !== undefined) await sender.expectRefusal(which, row, forged);
      }
    }
  }
  assertEquals(await gateway.state(), before);
});

Deno.test("headers that say how a body is to be read cannot be replaced", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const before = await gateway.state();
  for (const row of rowsOf(gateway.ids).filter(hasBody)) {
    for (const payload of CHUNKED) {
      for (const name of AUTHENTICATION_NAMES.filter(payload.goesWith)) {
        const sealed = sealedRequest(seal(row.request, payload, name, gateway.signer));
        for (const { name: change, headers } of FRAMING_FORGERIES) {
          const forged = withHeaders(sealed, headers);
          const { headers: sent } = forged;
          if (Object.keys(headers).every((header) => sent[header] === sealed.headers[header])) {
            continue;
          }
          const code = "x-amz-trailer" in headers && !("x-amz-trailer" in sealed.headers)
            ? name.endsWith("v4") ? "AccessDenied" : "SignatureDoesNotMatch"
            : "SignatureDoesNotMatch";
          const which = `${payload.name}, ${name}, ${change}`;
          await sender.expectRefusal({ name: which, code, status: statusOf(code) }, row, forged);
        }
      }
    }
  }
  assertEquals(await gateway.state(), before);
});

Deno.test("a body added to a request that was signed without one is refused, on any route", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const before = await gateway.state();
  const code = "XAmzContentSHA256Mismatch";
  const mismatch = { name: "a body added", code, status: statusOf(code) } as const;
  for (const row of rowsOf(gateway.ids).filter((row) => !hasBody(row))) {
    for (const name of ["header v4", "query v4"] as const) {
      const { head } = seal(row.request, PLAIN, name, gateway.signer);
      const request = { ...head, body: row.otherBody };
      const served = isServed(row.operation) || row.answer.code !== "NotImplemented";
      if (served) await sender.expectRefusal(mismatch, row, request);
      else assertEquals((await sender.send(request)).code, "NotImplemented");
    }
  }
  assertEquals(await gateway.state(), before);
});

Deno.test("signed chunks need a signature of the fourth version", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const before = await gateway.state();
  const code = "InvalidRequest";
  for (const row of rowsOf(gateway.ids).filter(hasBody)) {
    for (const payload of CHUNKED.filter(({ frame }) => frame?.signed)) {
      const { head, body } = seal(row.request, payload, "header v4", gateway.signer);
      const { Authorization: _, ...headers } = head.headers;
      for (const name of ["header v2", "query v2"] as const) {
        const signed = AUTHENTICATIONS[name]({ ...row.request, headers }, gateway.signer);
        const which = { name: `${payload.name}, ${name}`, code, status: statusOf(code) } as const;
        await sender.expectRefusal(which, row, { ...signed, body });
      }
    }
  }
  assertEquals(await gateway.state(), before);
});
