import { assert, assertEquals } from "@std/assert";
import { type Signer, signHeaderV4 } from "../support/sign_requests.ts";
import { CREDENTIAL } from "../support/start_gateway.ts";
import { BUCKET, rawGateway, utf8 } from "./raw_gateway.ts";

const LIMITED = {
  accessKeyId: "LIMITED",
  secretAccessKey: "limited-secret",
  buckets: [`${BUCKET}/team/`],
};

/** Ways to write the key `team/a`. */
const INSIDE = ["team/a", "%74eam/a", "team%2fa", "team%2Fa", "t%65am/%61"];

/** What is no key under `team/`, though something that tidies paths up, or decodes them twice, may take it for one or lead out of it. */
const OUTSIDE = [
  `/${BUCKET}/secret`,
  `/${BUCKET}/team`,
  `/${BUCKET}/team%252f..%252fsecret`,
  `/${BUCKET}/teams/a`,
  `/${BUCKET}/TEAM/a`,
  `/${BUCKET}//team/a`,
  `/${BUCKET}/./team/a`,
  `/${BUCKET}/%2e/team/a`,
  `/${BUCKET}/x/../team/a`,
  `/${BUCKET}/../${BUCKET}/team/a`,
  `/${BUCKET}/%74eam%255cx`,
  `/${BUCKET}/team%5ca`,
  `/${BUCKET}/%20team/a`,
  `/${BUCKET}/%00team/a`,
  "/other/team/a",
  `/other/../${BUCKET}/team/a`,
  `/other%2f..%2f${BUCKET}/team/a`,
  `//${BUCKET}/team/a`,
];

/** Keys under `team/` by their letters, that a file system would take elsewhere. */
const CLIMBING = [
  "team/../secret",
  "team/..%2fsecret",
  "team/%2e%2e/secret",
  "team/x/../../secret",
];

/** A gateway with objects inside and outside of what a pair is limited to. */
async function limitedGateway() {
  const raw = await rawGateway({ credentials: [CREDENTIAL, LIMITED], domains: ["s3.test"] });
  await raw.signed("PUT", "/other", { body: utf8("") });
  for (const target of [`/${BUCKET}/secret`, `/${BUCKET}/team/a`, "/other/team/a"]) {
    await raw.signed("PUT", target, { body: utf8(`content of ${target}`) });
  }
  const send = async (method: string, target: string, more: {
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signer?: Partial<Signer>;
    /** What stands on the request line, where that is not what is signed. */
    readonly line?: string;
  } = {}) => {
    const { body, headers = {}, line = target } = more;
    const signer = { ...raw.signer, ...LIMITED, ...more.signer };
    const request = { method, target, headers, ...(body !== undefined && { body: utf8(body) }) };
    using connection = await raw.connect();
    return await connection.exchange({ ...signHeaderV4(request, signer), target: line });
  };
  return { raw, send };
}

Deno.test("a limit holds for the key as it is decoded once, however its path is written", async () => {
  const { raw, send } = await limitedGateway();
  await using _ = raw;
  for (const key of INSIDE) {
    const { status, body } = await send("GET", `/${BUCKET}/${key}`);
    assertEquals([status, body], [200, `content of /${BUCKET}/team/a`], key);
  }
  for (const target of OUTSIDE) {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await send(method, target, method === "PUT" ? { body: "forged" } : {});
      assert(answer.status >= 400, `${method} ${target}`);
      assert(!answer.body.includes("content of"), target);
      assertEquals(answer.code.startsWith("NoSuchKey"), false, `${method} ${target}`);
    }
  }
  for (const key of CLIMBING) {
    const read = await send("GET", `/${BUCKET}/${key}`);
    assertEquals([read.status, read.code], [404, "NoSuchKey"], key);
    const written = await send("PUT", `/${BUCKET}/${key}`, { body: "forged" });
    assertEquals([written.status, written.code], [400, "InvalidArgument"], key);
  }
  assertEquals(await raw.textOf("secret"), `content of /${BUCKET}/secret`);
  assertEquals(await raw.textOf("team/a"), `content of /${BUCKET}/team/a`);
});

Deno.test("a limit holds for absolute targets and for buckets that the host names", async () => {
  const { raw, send } = await limitedGateway();
  await using _ = raw;
  const secret = `/${BUCKET}/secret`;
  for (const line of [`http://${raw.signer.host}${secret}`, `http://elsewhere${secret}`]) {
    assertEquals((await send("GET", secret, { line })).code, "AccessDenied", line);
  }
  const host = `${BUCKET}.s3.test`;
  const hosted = { signer: { host } };
  assertEquals((await send("GET", "/secret", hosted)).code, "AccessDenied");
  assertEquals((await send("GET", `/${BUCKET}/team/a`, hosted)).code, "AccessDenied");
  assertEquals((await send("GET", "/team/a", hosted)).status, 200);
  assertEquals(
    (await send("GET", "/team/a", { signer: { host: "other.s3.test" } })).code,
    "AccessDenied",
  );
});

Deno.test("a limit holds for copy sources and for each key of a deletion, dots and escapes included", async () => {
  const { raw, send } = await limitedGateway();
  await using _ = raw;
  const begun = await send("POST", `/${BUCKET}/team/up?uploads`, { body: "" });
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1];
  const targets = [
    `/${BUCKET}/team/stolen`,
    `/${BUCKET}/team/up?partNumber=1&uploadId=${uploadId}`,
  ];
  for (const target of targets) {
    for (const source of [...OUTSIDE, ...CLIMBING.map((key) => `/${BUCKET}/${key}`), "", "/"]) {
      const headers = { "x-amz-copy-source": source };
      const { status, code } = await send("PUT", target, { headers, body: "" });
      assert(status >= 400 && status < 500, `${target} ${source}: ${status} ${code}`);
    }
  }
  const keys = [
    "secret",
    "team/../secret",
    "../other/team/a",
    "/secret",
    "team",
    "./secret",
    "x/../secret",
  ];
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("");
  await send("POST", `/${BUCKET}?delete`, { body: `<Delete>${objects}</Delete>` });
  assertEquals(await raw.textOf("secret"), `content of /${BUCKET}/secret`);
  const other = await raw.signed("GET", "/other/team/a");
  assertEquals(other.body, "content of /other/team/a");
  const { body } = await raw.signed("GET", `/${BUCKET}`);
  assertEquals([...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key), [
    "secret",
    "team/a",
  ]);
});
