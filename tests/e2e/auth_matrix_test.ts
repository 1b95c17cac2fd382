import { assert, assertEquals } from "@std/assert";
import type { RawConnection, RawRequest } from "../support/raw_connection.ts";
import {
  type Signer,
  signHeaderV2,
  signHeaderV4,
  signQueryV2,
  signQueryV4,
} from "../support/sign_requests.ts";
import { BUCKET, type RawGateway, rawGateway, utf8 } from "./raw_gateway.ts";

const HOUR_MS = 60 * 60 * 1000;
const FORMS = { signHeaderV4, signQueryV4, signHeaderV2, signQueryV2 };
type Form = keyof typeof FORMS;
const FORM_NAMES: readonly Form[] = ["signHeaderV4", "signQueryV4", "signHeaderV2", "signQueryV2"];

const DELETE_DOCUMENT = utf8("<Delete><Object><Key>k</Key></Object></Delete>");

const CORS_DOCUMENT = utf8(
  "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>" +
    "<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
);
const TAGGING_DOCUMENT = utf8(
  "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
);

/** One request for every operation that is served; `UPLOAD` stands for the id of an open upload. */
const ROUTES: readonly RawRequest[] = [
  { method: "GET", target: "/", headers: {} },
  { method: "PUT", target: "/new-bucket", headers: {}, body: utf8("") },
  { method: "HEAD", target: `/${BUCKET}`, headers: {} },
  { method: "DELETE", target: "/empty-bucket", headers: {} },
  { method: "GET", target: `/${BUCKET}?location`, headers: {} },
  { method: "GET", target: `/${BUCKET}?prefix=a`, headers: {} },
  { method: "GET", target: `/${BUCKET}?list-type=2`, headers: {} },
  { method: "GET", target: `/${BUCKET}?uploads`, headers: {} },
  { method: "POST", target: `/${BUCKET}?delete`, headers: {}, body: DELETE_DOCUMENT },
  { method: "PUT", target: `/${BUCKET}/k`, headers: {}, body: utf8("forged") },
  { method: "GET", target: `/${BUCKET}/k`, headers: {} },
  { method: "HEAD", target: `/${BUCKET}/k`, headers: {} },
  { method: "DELETE", target: `/${BUCKET}/k`, headers: {} },
  {
    method: "PUT",
    target: `/${BUCKET}/copy`,
    headers: { "x-amz-copy-source": `${BUCKET}/k` },
    body: utf8(""),
  },
  { method: "GET", target: `/${BUCKET}?versions`, headers: {} },
  { method: "GET", target: `/${BUCKET}?acl`, headers: {} },
  { method: "PUT", target: `/${BUCKET}?acl`, headers: { "x-amz-acl": "private" }, body: utf8("") },
  { method: "GET", target: `/${BUCKET}?versioning`, headers: {} },
  { method: "PUT", target: `/${BUCKET}?cors`, headers: {}, body: CORS_DOCUMENT },
  { method: "GET", target: `/${BUCKET}?cors`, headers: {} },
  { method: "DELETE", target: `/${BUCKET}?cors`, headers: {} },
  { method: "PUT", target: `/${BUCKET}?tagging`, headers: {}, body: TAGGING_DOCUMENT },
  { method: "GET", target: `/${BUCKET}?tagging`, headers: {} },
  { method: "DELETE", target: `/${BUCKET}?tagging`, headers: {} },
  { method: "PUT", target: `/${BUCKET}/tagged?tagging`, headers: {}, body: TAGGING_DOCUMENT },
  { method: "GET", target: `/${BUCKET}/tagged?tagging`, headers: {} },
  { method: "DELETE", target: `/${BUCKET}/tagged?tagging`, headers: {} },
  { method: "GET", target: `/${BUCKET}/tagged?acl`, headers: {} },
  {
    method: "POST",
    target: `/${BUCKET}`,
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: utf8(
      '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nform\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nforged\r\n--b--\r\n',
    ),
  },
  { method: "POST", target: `/${BUCKET}/k?uploads`, headers: {}, body: utf8("") },
  {
    method: "PUT",
    target: `/${BUCKET}/k?partNumber=1&uploadId=UPLOAD`,
    headers: {},
    body: utf8("forged"),
  },
  {
    method: "POST",
    target: `/${BUCKET}/k?uploadId=UPLOAD`,
    headers: {},
    body: utf8(
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>',
    ),
  },
  { method: "GET", target: `/${BUCKET}/k?uploadId=UPLOAD`, headers: {} },
  { method: "DELETE", target: `/${BUCKET}/k?uploadId=UPLOAD`, headers: {} },
];

/** A way to forge a request, and what S3 answers. */
interface Forgery {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly forge: (request: RawRequest, signer: Signer) => RawRequest;
}

const withQuery = (target: string, parameter: string): string =>
  `${target}${target.includes("?") ? "&" : "?"}${parameter}`;

const shifted = (signer: Signer, ms: number): Signer => ({
  ...signer,
  now: new Date(signer.now.getTime() + ms),
});

/** What each form of signature is refused for. */
const FORGERIES: readonly Forgery[] = [
  { name: "no signature", status: 403, code: "AccessDenied", forge: (request) => request },
  ...FORM_NAMES.flatMap((form) => forgeriesOf(form)),
  ...timeForgeries(),
  ...headerForgeries(),
  ...doubleForgeries(),
];

function forgeriesOf(form: Form): readonly Forgery[] {
  const sign = FORMS[form];
  const mismatch = { status: 403, code: "SignatureDoesNotMatch" };
  return [
    {
      name: `${form} with another secret`,
      ...mismatch,
      forge: (request, signer) => sign(request, { ...signer, secretAccessKey: "wrong" }),
    },
    {
      name: `${form} with an unknown key`,
      status: 403,
      code: "InvalidAccessKeyId",
      forge: (request, signer) => sign(request, { ...signer, accessKeyId: "UNKNOWN" }),
    },
    {
      name: `${form} of another method`,
      ...mismatch,
      forge: (request, signer) => ({
        ...sign({ ...request, method: "PATCH" }, signer),
        method: request.method,
      }),
    },
    {
      name: `${form} of another path`,
      ...mismatch,
      forge: (request, signer) => {
        const signed = sign({ ...request, target: request.target.replace("/", "/z") }, signer);
        return { ...signed, target: signed.target.replace("/z", "/") };
      },
    },
    {
      name: `${form} with a security token`,
      status: 400,
      code: "InvalidToken",
      forge: (request, signer) =>
        sign({ ...request, headers: { ...request.headers, "x-amz-security-token": "t" } }, signer),
    },
    {
      name: `${form} with a sub-resource added`,
      ...mismatch,
      forge: (request, signer) => {
        const signed = sign(request, signer);
        return { ...signed, target: withQuery(signed.target, "versionId=null") };
      },
    },
  ];
}

function timeForgeries(): readonly Forgery[] {
  const skewed = [-HOUR_MS, HOUR_MS].flatMap((ms) =>
    (["signHeaderV4", "signHeaderV2"] as const).map((form): Forgery => ({
      name: `${form} made ${ms} ms off`,
      status: 403,
      code: "RequestTimeTooSkewed",
      forge: (request, signer) => FORMS[form](request, shifted(signer, ms)),
    }))
  );
  return [
    ...skewed,
    {
      name: "signQueryV4 that is over",
      status: 403,
      code: "AccessDenied",
      forge: (request, signer) => signQueryV4(request, shifted(signer, -HOUR_MS), 60),
    },
    {
      name: "signQueryV4 that has not begun",
      status: 403,
      code: "AccessDenied",
      forge: (request, signer) => signQueryV4(request, shifted(signer, HOUR_MS)),
    },
    {
      name: "signQueryV4 for more than a week",
      status: 400,
      code: "AuthorizationQueryParametersError",
      forge: (request, signer) => signQueryV4(request, signer, 604_801),
    },
    {
      name: "signQueryV4 with a longer life written in",
      status: 403,
      code: "SignatureDoesNotMatch",
      forge: (request, signer) => {
        const signed = signQueryV4(request, signer, 60);
        return { ...signed, target: signed.target.replace("Expires=60", "Expires=6000") };
      },
    },
    {
      name: "signQueryV2 that is over",
      status: 403,
      code: "AccessDenied",
      forge: (request, signer) => signQueryV2(request, signer, -1),
    },
    {
      name: "signQueryV2 with a longer life written in",
      status: 403,
      code: "SignatureDoesNotMatch",
      forge: (request, signer) => {
        const signed = signQueryV2(request, signer, -1);
        const later = (_: string, seconds: string) => `Expires=${Number(seconds) + 300}`;
        return { ...signed, target: signed.target.replace(/Expires=(\d+)/, later) };
      },
    },
  ];
}

function headerForgeries(): readonly Forgery[] {
  return FORM_NAMES.map((form): Forgery => ({
    name: `${form} with an x-amz header that is not signed`,
    status: 403,
    code: form.endsWith("V4") ? "AccessDenied" : "SignatureDoesNotMatch",
    forge: (request, signer) => {
      const signed = FORMS[form](request, signer);
      return { ...signed, headers: { ...signed.headers, "x-amz-meta-forged": "1" } };
    },
  }));
}

function doubleForgeries(): readonly Forgery[] {
  const pairs = (["signHeaderV4", "signHeaderV2"] as const).flatMap((header) =>
    (["signQueryV4", "signQueryV2"] as const).map((query): Forgery => ({
      name: `${header} and ${query} at once`,
      status: 400,
      code: "InvalidArgument",
      forge: (request, signer) => FORMS[header](FORMS[query](request, signer), signer),
    }))
  );
  const schemes = ["Bearer x", "Basic eDp5", "", "AWS4", "AWS4-HMAC-SHA512 x"].map((
    Authorization,
  ): Forgery => ({
    name: `Authorization ${Authorization}`,
    status: 400,
    code: "InvalidArgument",
    forge: (request) => ({ ...request, headers: { ...request.headers, Authorization } }),
  }));
  return [...pairs, ...schemes];
}

/** A gateway with an object, an empty bucket and an open upload. */
async function prepared(): Promise<{ raw: RawGateway; routes: readonly RawRequest[] }> {
  const raw = await rawGateway();
  await raw.signed("PUT", "/empty-bucket", { body: utf8("") });
  await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("old") });
  await raw.signed("PUT", `/${BUCKET}/tagged`, { body: utf8("old") });
  const { body } = await raw.signed("POST", `/${BUCKET}/k?uploads`, { body: utf8("") });
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? "";
  await raw.signed("PUT", `/${BUCKET}/k?partNumber=1&uploadId=${uploadId}`, { body: utf8("part") });
  const routes = ROUTES.map((route) => ({
    ...route,
    target: route.target.replace("UPLOAD", uploadId),
  }));
  return { raw, routes };
}

/** Everything that a forged request might have changed. */
async function stateOf(raw: RawGateway, routes: readonly RawRequest[]): Promise<unknown> {
  const targets = ["/", `/${BUCKET}`, `/${BUCKET}?uploads`, `/${BUCKET}/k`]
    .concat([`/${BUCKET}/tagged?tagging`]);
  const parts = routes.find(({ target }) => target.includes("k?uploadId="))?.target ?? "";
  return await Promise.all(
    [...targets, parts].map(async (target) => (await raw.signed("GET", target)).body),
  );
}

Deno.test("no forged request of any form changes anything or costs a call of the Hub, on any route", async () => {
  const { raw, routes } = await prepared();
  await using _ = raw;
  const before = await stateOf(raw, routes);
  raw.gateway.hub.counters.reset();
  let connection: RawConnection = await raw.connect();
  for (const { name, status, code, forge } of FORGERIES) {
    for (const route of routes) {
      const answer = await connection.exchange(forge(route, raw.signer));
      const which = `${name}: ${route.method} ${route.target}`;
      assertEquals(answer.status, status, `${which} ${answer.body}`);
      if (route.method !== "HEAD") assertEquals(answer.code, code, which);
      assertEquals(/test-secret/.test(answer.body), false);
      if (answer.headers.get("connection") !== "close") continue;
      connection[Symbol.dispose]();
      connection = await raw.connect();
    }
  }
  connection[Symbol.dispose]();
  assertEquals(raw.gateway.hub.counters.of("*").calls, 0);
  assertEquals(await stateOf(raw, routes), before);
});

Deno.test("a body swapped under a signature is refused on every route that has one", async () => {
  const { raw, routes } = await prepared();
  await using _ = raw;
  const before = await stateOf(raw, routes);
  const withBody = routes.filter(({ body, target }) => body?.length || target === "/new-bucket");
  assertEquals(withBody.length, 9);
  for (const route of withBody) {
    const signed = signHeaderV4(route, raw.signer);
    using connection = await raw.connect();
    const swapped = await connection.exchange({
      ...signed,
      body: utf8("<Delete><Object><Key>z</Key></Object></Delete>"),
    });
    assertEquals(swapped.code, "XAmzContentSHA256Mismatch", route.target);
  }
  assertEquals(await stateOf(raw, routes), before);
});

Deno.test("the same requests, signed well, are served in every form", async () => {
  for (const form of FORM_NAMES) {
    const { raw, routes } = await prepared();
    await using _ = raw;
    for (const route of routes) {
      using connection = await raw.connect();
      const answer = await connection.exchange(FORMS[form](route, raw.signer));
      const asked = `${form}: ${route.method} ${route.target} ${answer.body}`;
      // Earlier requests delete what later ones name, and the part that is listed is not there.
      const gone = ["InvalidPart", "NoSuchKey"].includes(answer.code);
      assert(
        gone || answer.status < 300 || route.method === "HEAD" && answer.status === 404,
        asked,
      );
    }
  }
});
