import { assert, assertEquals } from "@std/assert";
import { CODECS, isServed } from "../../../lib/s3/codecs.ts";
import { ROUTES } from "../../../lib/s3/routes.ts";
import type { RawAnswer, RawRequest } from "../../support/raw_connection.ts";
import type { Signer } from "../../support/sign_requests.ts";
import { AUTHENTICATION_NAMES, AUTHENTICATIONS } from "./authentications.ts";
import { fixture } from "./fixture.ts";
import type { Forgery } from "./forgeries.ts";
import { type Row, rowsOf } from "./rows.ts";
import { samples } from "./samples.ts";
import { Sender } from "./sender.ts";
import { REQUEST_FORGERIES, SENDER_FORGERIES, SIGNATURE_FORGERIES } from "./signature_forgeries.ts";
import { shifted } from "./time_forgeries.ts";

/**
 * Which route meets which forgery: each route of an operation that is served meets each forgery of the first kind,
 * each third of the second, each sixth of the third, and each forgery as many routes; other routes fewer.
 */
const COVERINGS = [
  { forgeries: SENDER_FORGERIES, served: 1, others: 4 },
  { forgeries: REQUEST_FORGERIES, served: 3, others: 12 },
  { forgeries: SIGNATURE_FORGERIES, served: 6, others: 12 },
];

const MINUTE_S = 60;
const WEEK_S = 7 * 24 * 60 * MINUTE_S;

Deno.test("every method of every route of the gateway's table is among the requests", async () => {
  await using gateway = await fixture();
  assertEquals(Object.keys(samples(gateway.ids)).sort(), Object.keys(CODECS).sort());
  const named = Object.values(ROUTES).flat().flatMap(({ methods }) => Object.values(methods));
  const operations = rowsOf(gateway.ids).map(({ operation }) => operation);
  assertEquals(operations.sort(), named.sort());
});

Deno.test("the requests, signed well in any form, are taken for their operations and served", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  for (const row of rowsOf(gateway.ids)) {
    for (const name of AUTHENTICATION_NAMES) {
      const request = row.usesUp ? await renewed(row) : row.request;
      const answer = await sender.send(AUTHENTICATIONS[name](request, gateway.signer));
      expectAnswer(row, answer, name);
      assertEquals(gateway.lastOperation(), row.operation, name);
    }
  }

  /** Another request for the same operation, of what it has not used up. */
  async function renewed({ operation, request }: Row): Promise<RawRequest> {
    const rows = rowsOf(await gateway.renew());
    return rows.find((row) => row.operation === operation)?.request ?? request;
  }
});

Deno.test("no request with a forged signature changes anything or costs a call of the Hub, on any route", async () => {
  await using gateway = await fixture();
  const rows = rowsOf(gateway.ids);
  const before = await gateway.state();
  using sender = new Sender(gateway);
  for (const { forgeries, served, others } of COVERINGS) {
    for (const [i, forgery] of forgeries.entries()) {
      const chosen = rows.filter(({ operation }, j) =>
        (i + j) % (isServed(operation) ? served : others) === 0
      );
      // What can be forged of a few routes only is forged of all of them.
      if (await sendForged(forgery, chosen) > 0) continue;
      assert(await sendForged(forgery, rows) > 0, forgery.name);
    }
  }
  assertEquals(await gateway.state(), before);

  /** How many of the rows could be forged. */
  async function sendForged(forgery: Forgery, rows: readonly Row[]): Promise<number> {
    let sent = 0;
    for (const row of rows) {
      const forged = forgery.forge(row, gateway.signer);
      if (forged === undefined) continue;
      await sender.expectRefusal(forgery, row, forged);
      sent++;
    }
    return sent;
  }
});

Deno.test("signatures are good for as long as S3 says, and no second less", async () => {
  await using gateway = await fixture();
  using sender = new Sender(gateway);
  const { signer } = gateway;
  const lives: readonly (readonly [keyof typeof AUTHENTICATIONS, Signer, number?])[] = [
    ...[15 * MINUTE_S, -15 * MINUTE_S].flatMap((seconds) => [
      ["header v4", shifted(signer, seconds)] as const,
      ["header v2", shifted(signer, seconds)] as const,
    ]),
    ["query v4", signer, WEEK_S],
    ["query v4", shifted(signer, 15 * MINUTE_S), 1],
    ["query v4", shifted(signer, -16 * MINUTE_S), 16 * MINUTE_S + 1],
    ["query v4", shifted(signer, 1 - WEEK_S), WEEK_S],
    ["query v2", signer, 1],
    ["query v2", signer, WEEK_S],
  ];
  const reads = rowsOf(gateway.ids).filter(({ request }) => request.method === "GET");
  for (const [name, signer, seconds] of lives) {
    for (const row of reads) {
      const answer = await sender.send(AUTHENTICATIONS[name](row.request, signer, seconds));
      expectAnswer(row, answer, `${name} ${signer.now.toISOString()} for ${seconds}`);
    }
  }
});

function expectAnswer({ operation, request, answer }: Row, got: RawAnswer, how: string): void {
  const which = `${how}: ${operation}, ${request.method} ${request.target} ${got.body}`;
  assertEquals(got.code, answer.code ?? "", which);
  if (answer.status === undefined) assert(got.status >= 200 && got.status < 300, which);
  else assertEquals(got.status, answer.status, which);
}
