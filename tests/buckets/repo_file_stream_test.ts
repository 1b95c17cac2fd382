import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { readRepoFile } from "../../lib/buckets/repo_file_stream.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import { randomBytes } from "../support/random_bytes.ts";

const BYTES = randomBytes(10_000, 4);
const SHA256 = createHash("sha256").update(BYTES).digest("hex");
const PLACE = {
  repo: { type: "model", id: "a/b" },
  commit: "0".repeat(40),
  path: "file",
  size: BYTES.length,
  oid: SHA256,
} as const;

interface Asked {
  readonly first: number | undefined;
  readonly location: string | undefined;
}

/** A Hub whose bodies break off after so many bytes each, and what it was asked. */
function hubOf(lengths: readonly number[], bytes: Uint8Array<ArrayBuffer> = BYTES) {
  const asked: Asked[] = [];
  const rest = [...lengths];
  return {
    asked,
    source: {
      hub: {
        openRepoFile: (
          ...[, , , { range, location } = {}]: [
            unknown,
            unknown,
            unknown,
            {
              range?: { first: number; last: number } | undefined;
              location?: string | undefined;
            }?,
          ]
        ) => {
          asked.push({ first: range?.first, location });
          const start = range?.first ?? 0;
          const end = (range?.last ?? bytes.length - 1) + 1;
          const length = rest.shift() ?? bytes.length;
          return Promise.resolve({ body: breakingOff(bytes.slice(start, end), length) });
        },
      },
      sleep: () => Promise.resolve(),
    },
  };
}

/** Gives so many bytes, and breaks off unless these are all. */
function breakingOff(bytes: Uint8Array, length: number): ReadableStream<Uint8Array> {
  let given = false;
  return new ReadableStream({
    pull(controller) {
      if (given && length >= bytes.length) return controller.close();
      if (given || length === 0) throw new TypeError("connection lost");
      given = true;
      controller.enqueue(bytes.slice(0, length));
    },
  }, { highWaterMark: 0 });
}

const read = (stream: ReadableStream<Uint8Array>) => new Response(stream).bytes();

Deno.test("a body that breaks off is gone on with", async () => {
  const { asked, source } = hubOf([1000, 0, 3000]);
  assertEquals(await read(readRepoFile(source, { ...PLACE, location: "https://cdn" }, {})), BYTES);
  assertEquals(asked, [
    { first: undefined, location: "https://cdn" },
    { first: 1000, location: undefined },
    { first: 1000, location: undefined },
    { first: 4000, location: undefined },
  ]);
});

Deno.test("a range is read alone", async () => {
  const { asked, source } = hubOf([]);
  const stream = readRepoFile(source, PLACE, { range: { first: 10, last: 19 } });
  assertEquals(await read(stream), BYTES.slice(10, 20));
  assertEquals(asked.map(({ first }) => first), [10]);
});

Deno.test("a whole file is what its SHA-256 or its name in Git says", async () => {
  const other = BYTES.slice();
  other[5000] = 255 - (other[5000] ?? 0);
  await assertRejects(
    () => read(readRepoFile(hubOf([], other).source, PLACE, {})),
    HubError,
    "not those that its name says",
  );
  const oid = createHash("sha1").update(`blob ${BYTES.length}\0`).update(BYTES).digest("hex");
  assertEquals(await read(readRepoFile(hubOf([]).source, { ...PLACE, oid }, {})), BYTES);
});

Deno.test("what breaks off again and again is given up", async () => {
  const { asked, source } = hubOf([10, 0, 0, 0, 0]);
  await assertRejects(() => read(readRepoFile(source, PLACE, {})), HubError, "again and again");
  assertEquals(asked.length, 4);
});

Deno.test("nothing is asked before the first read, and nothing for an empty file", async () => {
  const { asked, source } = hubOf([]);
  await readRepoFile(source, PLACE, {}).cancel();
  const empty = { ...PLACE, size: 0, oid: createHash("sha256").digest("hex") };
  assertEquals((await read(readRepoFile(source, empty, {}))).length, 0);
  assertEquals(asked, []);
});
