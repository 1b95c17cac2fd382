import { assertEquals } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";
import { randomBytes } from "../support/random_bytes.ts";

const BUCKET = "/datasets--local--calls";

interface Step {
  readonly step: string;
  readonly method?: string;
  readonly target: string;
  readonly headers?: Record<string, string>;
  /** Done before, and not counted. */
  readonly before?: (hub: EmbeddedHub) => Promise<void>;
}

async function seed(hub: EmbeddedHub, text: string, largeFiles: "lfs" | "xet" = "xet") {
  const id = largeFiles === "xet" ? "local/calls" : "local/lfs";
  const files = { "README.md": text, "a/b.txt": "b", "large.bin": randomBytes(200_000, 3) };
  await hub.seedRepo({ type: "dataset", id, largeFiles, files });
}

const STEPS: readonly Step[] = [
  { step: "ListObjectsV2, the first of a commit", target: `${BUCKET}?list-type=2` },
  { step: "ListObjectsV2, again", target: `${BUCKET}?list-type=2&prefix=a/&delimiter=/` },
  {
    step: "ListObjectsV2 with a delimiter, the first of a commit",
    target: `${BUCKET}?list-type=2&delimiter=/`,
    before: (hub) => seed(hub, "second"),
  },
  { step: "ListObjectVersions", target: `${BUCKET}?versions` },
  { step: "HeadBucket", method: "HEAD", target: BUCKET },
  { step: "GetBucketVersioning", target: `${BUCKET}?versioning` },
  {
    step: "HeadObject, the first of a commit",
    method: "HEAD",
    target: `${BUCKET}/README.md`,
    before: (hub) => seed(hub, "third"),
  },
  { step: "HeadObject", method: "HEAD", target: `${BUCKET}/README.md` },
  {
    step: "HeadObject, the first of a commit with more than 200 entries",
    method: "HEAD",
    target: "/models--local--many/1",
    before: async (hub) => {
      const files = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`${i}`, ""]));
      await hub.seedRepo({ type: "model", id: "local/many", files });
    },
  },
  { step: "GetObject, a file of Git", target: `${BUCKET}/README.md` },
  { step: "GetObject, a file in Xet, the first of the bucket", target: `${BUCKET}/large.bin` },
  { step: "GetObject, a file in Xet", target: `${BUCKET}/large.bin` },
  {
    step: "HeadObject, the first of another repo",
    method: "HEAD",
    target: "/datasets--local--lfs/large.bin",
  },
  { step: "GetObject, a file in LFS alone", target: "/datasets--local--lfs/large.bin" },
  {
    step: "GetObjectAttributes",
    target: `${BUCKET}/large.bin?attributes`,
    headers: { "x-amz-object-attributes": "ETag" },
  },
  {
    step: "CopyObject into a bucket, a file in Xet",
    method: "PUT",
    target: "/copies/large.bin",
    headers: { "x-amz-copy-source": `${BUCKET}/large.bin` },
  },
  {
    step: "CopyObject into a bucket, a file of Git",
    method: "PUT",
    target: "/copies/README.md",
    headers: { "x-amz-copy-source": `${BUCKET}/README.md` },
  },
  { step: "PutObject and all other writes", method: "PUT", target: `${BUCKET}/key` },
];

Deno.test("reading repos makes the calls that the documentation says", async () => {
  const hub = await createEmbeddedHub();
  await seed(hub, "first");
  await seed(hub, "first", "lfs");
  const gateway = createGateway({ token: hub.token, endpoint: hub.url, allowAnonymous: true });
  const send = async ({ method = "GET", target, headers = {} }: Omit<Step, "step">) => {
    const request = new Request(`http://localhost${target}`, { method, headers });
    await (await gateway.handler(request)).body?.pipeTo(new WritableStream());
  };
  await send({ method: "PUT", target: "/copies" });
  await send({ method: "PUT", target: "/copies/first" });
  const rows: string[] = [];
  for (const { step, before, ...request } of STEPS) {
    await before?.(hub);
    hub.counters.reset();
    await send(request);
    const all = Object.entries(hub.counters.all());
    const sum = (matches: (name: string) => boolean) =>
      all.reduce((total, [name, { calls }]) => total + (matches(name) ? calls : 0), 0);
    const resolvers = sum((name) => name === "hub.repo-resolve");
    const cas = sum((name) => name.startsWith("cas."));
    const signed = sum((name) => name === "hub.repo-download");
    const api = sum((name) => name.startsWith("hub.")) - resolvers - signed;
    rows.push(`| ${step} | ${api} | ${resolvers} | ${cas} |`);
  }
  await gateway.close();
  await hub.close();
  const page = await Deno.readTextFile(new URL("../../docs/repos.md", import.meta.url));
  assertEquals(
    page.split("\n").filter((line) => /^\| .* \| \d+ \| \d+ \| \d+ \|$/.test(line)),
    rows,
  );
});
