import { assertEquals, assertStringIncludes } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";

const FILES = { "a.txt": "a", "large.bin": new Uint8Array(100_000) };

/** What a gateway answers to unsigned requests. */
interface Site {
  send(method: string, target: string, init?: RequestInit): Promise<{
    readonly status: number;
    readonly text: string;
    readonly headers: Headers;
  }>;
  calls(): number;
}

async function withRepos(test: (site: Site) => Promise<void>) {
  const hub = await createEmbeddedHub({
    users: [{ name: "reader", token: "hf_reader" }, { name: "owner", token: "hf_owner" }],
  });
  const seed = { type: "dataset", files: FILES } as const;
  await hub.seedRepo({ ...seed, id: "owner/open" });
  await hub.seedRepo({ ...seed, id: "owner/secret", private: true });
  await hub.seedRepo({ ...seed, id: "owner/gated", gated: "manual" });
  await hub.seedRepo({ ...seed, id: "owner/granted", gated: "auto", grantedTo: ["reader"] });
  const gateway = createGateway({ token: "hf_reader", endpoint: hub.url, allowAnonymous: true });
  await test({
    async send(method, target, init = {}) {
      hub.counters.reset();
      const request = new Request(`http://localhost${target}`, { method, ...init });
      const { status, headers, ...answer } = await answerOf(gateway.handler, request);
      return { status, headers, ...answer };
    },
    calls: () => hub.counters.of("*").calls,
  });
  await gateway.close();
  await hub.close();
}

async function answerOf(handler: (request: Request) => Promise<Response>, request: Request) {
  const response = await handler(request);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

Deno.test("writes of every kind are refused with a reason and cost no call", () =>
  withRepos(async ({ send, calls }) => {
    const xml = (body: string) => ({ body });
    const writes: readonly [string, string, RequestInit?][] = [
      ["PUT", ""],
      ["DELETE", ""],
      ["PUT", "/key", xml("bytes")],
      ["PUT", "/key", { headers: { "x-amz-copy-source": "/datasets--owner--open/a.txt" } }],
      ["DELETE", "/a.txt"],
      ["DELETE", `/a.txt?versionId=${"0".repeat(40)}`],
      ["POST", "?delete", xml("<Delete><Object><Key>a.txt</Key></Object></Delete>")],
      ["POST", "/key?uploads"],
      ["PUT", "/key?partNumber=1&uploadId=x", xml("bytes")],
      ["POST", "/key?uploadId=x", xml("<CompleteMultipartUpload/>")],
      ["DELETE", "/key?uploadId=x"],
      ["PUT", "/a.txt?tagging", xml("<Tagging><TagSet/></Tagging>")],
      ["DELETE", "/a.txt?tagging"],
      ["PUT", "?tagging", xml("<Tagging><TagSet/></Tagging>")],
      ["PUT", "?cors", xml("<CORSConfiguration/>")],
      ["DELETE", "?cors"],
      ["PUT", "?versioning", xml("<VersioningConfiguration/>")],
      ["PUT", "?policy", xml("{}")],
      ["DELETE", "?policy"],
      ["PUT", "?acl"],
      ["PUT", "/a.txt?acl"],
      ["PUT", "?lifecycle", xml("<x/>")],
      ["POST", "/a.txt?restore"],
    ];
    for (const name of ["datasets--owner--open", "models--gpt2", "spaces--a--b--at--v1"]) {
      for (const [method, rest, init] of writes) {
        const { status, text } = await send(method, `/${name}${rest}`, init);
        assertEquals([status, calls()], [403, 0], `${method} ${rest}: ${text}`);
        assertStringIncludes(text, "<Code>AccessDenied</Code>");
        assertStringIncludes(text, "which this gateway only reads");
      }
    }
    const { status } = await send("GET", "/datasets--owner--open/a.txt");
    assertEquals(status, 200);
  }));

Deno.test("repos that the token may not read are not there, or forbidden", () =>
  withRepos(async ({ send }) => {
    const status = async (repo: string, rest: string) => {
      const { status, text } = await send("GET", `/datasets--owner--${repo}${rest}`);
      return [status, /<Code>(\w+)/.exec(text)?.[1]];
    };
    assertEquals(await status("open", "/a.txt"), [200, undefined]);
    assertEquals(await status("granted", "/a.txt"), [200, undefined]);
    assertEquals(await status("granted", "/large.bin"), [200, undefined]);
    assertEquals(await status("secret", "/a.txt"), [404, "NoSuchBucket"]);
    assertEquals(await status("secret", "?list-type=2"), [404, "NoSuchBucket"]);
    assertEquals(await status("gated", "/a.txt"), [403, "AccessDenied"]);
    assertEquals(await status("gated", "/large.bin"), [403, "AccessDenied"]);
    assertEquals(await status("gated", "?list-type=2"), [403, "AccessDenied"]);
  }));

Deno.test("a repo's bucket has none of a bucket's configurations", () =>
  withRepos(async ({ send }) => {
    const code = async (rest: string) => {
      const { status, text } = await send("GET", `/datasets--owner--open${rest}`);
      return [status, /<Code>(\w+)/.exec(text)?.[1]];
    };
    assertEquals(await code("?cors"), [404, "NoSuchCORSConfiguration"]);
    assertEquals(await code("?tagging"), [404, "NoSuchTagSet"]);
    assertEquals(await code("?policy"), [404, "NoSuchBucketPolicy"]);
    assertEquals(await code("?location"), [200, undefined]);
    assertEquals(await code("?acl"), [200, undefined]);
    assertEquals(await code("?uploads"), [200, undefined]);
    assertEquals(await code("/a.txt?tagging"), [200, undefined]);
    assertEquals(await code("/a.txt?acl"), [200, undefined]);
  }));

Deno.test("what is not in Xet has no Xet hash", () =>
  withRepos(async ({ send }) => {
    const small = await send("HEAD", "/datasets--owner--open/a.txt");
    const large = await send("HEAD", "/datasets--owner--open/large.bin");
    assertEquals(small.headers.has("x-hf-xet-hash"), false);
    assertEquals(large.headers.get("x-hf-xet-hash")?.length, 64);
  }));
