import { assertEquals } from "@std/assert";
import type { AccessCredential } from "../../../lib/access/access_credential.ts";
import { OTHER_USER } from "../../support/start_gateway.ts";
import { AUTHENTICATION_NAMES, AUTHENTICATIONS } from "./authentications.ts";
import { type Fixture, fixture } from "./fixture.ts";
import { type RefusalCode, statusOf } from "./forgeries.ts";
import { type Row, rowsOf } from "./rows.ts";
import { Sender } from "./sender.ts";

const pair = (accessKeyId: string, rights: Partial<AccessCredential>): AccessCredential => ({
  accessKeyId,
  secretAccessKey: `${accessKeyId}-secret`,
  ...rights,
});

const READER = pair("READER", { access: "read-only" });
const ELSEWHERE = pair("ELSEWHERE", { buckets: ["elsewhere", "bucke", "bucket2", "Bucket"] });
const NOWHERE = pair("NOWHERE", { buckets: ["bucket/nowhere/", "other-bucket/nowhere/"] });
const STRANGER = pair("STRANGER", { hubToken: OTHER_USER.token });
const EXPIRED = pair("EXPIRED", { expires: new Date(Date.UTC(2026, 5, 15, 12)) });
const ALL = [READER, ELSEWHERE, NOWHERE, STRANGER, EXPIRED];

/** Operations that any pair with a right in the bucket may do, of the others' methods. */
const SEEN =
  /^(ListBuckets|HeadBucket|GetBucketLocation|CreateSession|Get.*(Acl|Versioning|Policy|PolicyStatus|PublicAccessBlock|OwnershipControls|LifecycleConfiguration|Encryption|ObjectLockConfiguration|Replication|Website|Logging|NotificationConfiguration|RequestPayment|AccelerateConfiguration)|(Get|List)Bucket(Analytics|IntelligentTiering|Inventory|Metrics)Configurations?)$/;

/** Sends every row that is refused, in every form of signature, and looks whether anything has changed. */
async function expectRefusals(
  gateway: Fixture,
  { accessKeyId, secretAccessKey }: AccessCredential,
  refusalOf: (row: Row) => RefusalCode | undefined,
  calls = 0,
): Promise<number> {
  using sender = new Sender(gateway);
  const before = await gateway.state();
  const signer = { ...gateway.signer, accessKeyId, secretAccessKey };
  let refused = 0;
  for (const [i, row] of rowsOf(gateway.ids).entries()) {
    const code = refusalOf(row);
    if (code === undefined) continue;
    // Each row in two of the four forms: which form it is makes no difference to rights.
    for (const name of AUTHENTICATION_NAMES.filter((_, j) => (i + j) % 2 === 0)) {
      const request = AUTHENTICATIONS[name](row.request, signer);
      const which = { name: `${accessKeyId}, ${name}`, code, status: statusOf(code) };
      await sender.expectRefusal(which, row, request, calls);
      refused++;
    }
  }
  assertEquals(await gateway.state(), before);
  return refused;
}

Deno.test("whoever may only read changes nothing, on any route", async () => {
  await using gateway = await fixture(ALL);
  const reads = ({ operation, request: { method } }: Row) =>
    method === "GET" || method === "HEAD" || operation === "SelectObjectContent";
  const refused = await expectRefusals(
    gateway,
    READER,
    (row) => reads(row) ? undefined : "AccessDenied",
  );
  assertEquals(refused > 100, true);
  using sender = new Sender(gateway);
  const signer = { ...gateway.signer, ...READER };
  for (const row of rowsOf(gateway.ids).filter(reads)) {
    const full = await sender.send(AUTHENTICATIONS["header v4"](row.request, gateway.signer));
    const answer = await sender.send(AUTHENTICATIONS["header v4"](row.request, signer));
    assertEquals([answer.status, answer.code], [full.status, full.code], row.operation);
  }
});

Deno.test("whoever is limited to other buckets does nothing with these, on any route", async () => {
  await using gateway = await fixture(ALL);
  const refused = await expectRefusals(
    gateway,
    ELSEWHERE,
    ({ kind }) => kind === "service" ? undefined : "AccessDenied",
  );
  assertEquals(refused > 200, true);
});

Deno.test("whoever is limited to other prefixes does nothing with these keys, on any route", async () => {
  await using gateway = await fixture(ALL);
  const isSeen = ({ operation, kind }: Row) => kind !== "object" && SEEN.test(operation);
  const refused = await expectRefusals(
    gateway,
    NOWHERE,
    (row) => row.operation === "DeleteObjects" || isSeen(row) ? undefined : "AccessDenied",
  );
  assertEquals(refused > 100, true);
});

Deno.test("with another Hub token there are other buckets, on any route", async () => {
  await using gateway = await fixture(ALL);
  const refused = await expectRefusals(
    gateway,
    STRANGER,
    ({ operation, kind }) =>
      kind === "service" || operation === "CreateBucket" ? undefined : "NoSuchBucket",
    2,
  );
  assertEquals(refused > 200, true);
});

Deno.test("a pair whose time is over is unknown, on any route", async () => {
  await using gateway = await fixture(ALL);
  await expectRefusals(gateway, EXPIRED, () => "InvalidAccessKeyId");
});
