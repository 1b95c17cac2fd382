import { assert, assertEquals } from "@std/assert";
import { isServed } from "../../../lib/s3/codecs.ts";
import type { Signer } from "../../support/sign_requests.ts";
import { atPath, AUTHENTICATION_NAMES, AUTHENTICATIONS, withHeaders } from "./authentications.ts";
import { DOMAIN, type Fixture, fixture, OTHER_BUCKET } from "./fixture.ts";
import { forgery } from "./forgeries.ts";
import { type Row, rowsOf } from "./rows.ts";
import { Sender } from "./sender.ts";

/** Rows of what is served of buckets, with the bucket in the Host header. */
const hostedRows = (gateway: Fixture): readonly Row[] =>
  rowsOf(gateway.ids)
    .filter(({ kind, operation }) => kind !== "service" && isServed(operation))
    .map((row) => ({
      ...row,
      request: atPath(row.request, row.kind === "object" ? `/${row.key}` : "/"),
    }));

const hostOf = (bucket: string): string => `${bucket}.${DOMAIN}`;

const signerOf = ({ bucket }: Row, signer: Signer): Signer => ({
  ...signer,
  host: hostOf(bucket),
  hostBucket: bucket,
});

Deno.test("requests whose host names the bucket, signed well in any form, are served", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  for (const row of hostedRows(gateway).filter(({ usesUp }) => !usesUp)) {
    for (const name of AUTHENTICATION_NAMES) {
      const signed = AUTHENTICATIONS[name](row.request, signerOf(row, gateway.signer));
      const answer = await sender.send(signed);
      assert(answer.status < 300, `${name}: ${row.operation} ${answer.status} ${answer.body}`);
      assertEquals(gateway.lastOperation(), row.operation);
    }
  }
});

/** What is done to a request on the way, signed as one of its bucket's host. */
const FORGERIES = AUTHENTICATION_NAMES.flatMap((name) => {
  const sign = AUTHENTICATIONS[name];
  return [
    forgery(
      `${name}: another secret`,
      "SignatureDoesNotMatch",
      (row, signer) => sign(row.request, { ...signerOf(row, signer), secretAccessKey: "wrong" }),
    ),
    forgery(
      `${name}: to another bucket's host`,
      "SignatureDoesNotMatch",
      (row, signer) =>
        withHeaders(sign(row.request, signerOf(row, signer)), {
          Host: hostOf(row.bucket === OTHER_BUCKET ? "bucket" : OTHER_BUCKET),
        }),
    ),
    forgery(
      `${name}: to the domain itself`,
      "SignatureDoesNotMatch",
      (row, signer) => withHeaders(sign(row.request, signerOf(row, signer)), { Host: DOMAIN }),
    ),
    forgery(
      `${name}: from a path to a host`,
      "SignatureDoesNotMatch",
      (row, signer) => withHeaders(sign(row.request, signer), { Host: hostOf(row.bucket) }),
    ),
  ];
});

Deno.test("no signature of one host is good on another, and none changes anything there", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const before = await gateway.state();
  for (const row of hostedRows(gateway)) {
    for (const forgery of FORGERIES) {
      const forged = forgery.forge(row, gateway.signer);
      if (forged !== undefined) await sender.expectRefusal(forgery, row, forged);
    }
  }
  assertEquals(await gateway.state(), before);
});
