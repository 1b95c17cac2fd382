import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { countTogether, raceForAbsentKey, takeTurns, WRITER_KINDS } from "../support/races.ts";
import { PROGRAM } from "../support/program.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { SHORT_LEASE, startProcessCourse } from "./gateways.ts";
import { processRaces } from "./race_course.ts";
import { beginUpload, completion, expect, send } from "./requests.ts";

const MIB = 1024 * 1024;
const SHORT = { env: SHORT_LEASE };
/** A bundle runs elsewhere, without the KV. */
const options = { ignore: PROGRAM !== "main.ts" };

Deno.test(
  "two processes serve one upload in turn, and a restart between them loses nothing",
  options,
  async () => {
    await using course = await startProcessCourse();
    const [a, b] = [await course.start(), await course.start()];
    await expect(200, "PUT", `${a.url}/bucket`);
    const path = "/bucket/big";
    const id = await beginUpload(`${a.url}${path}`, { "x-amz-meta-by": "two" });
    const bodies = [1, 2, 3, 4].map((seed) => randomBytes(seed === 4 ? 1000 : 5 * MIB, seed));
    const etags: (string | null)[] = [];
    const put = async (url: string, number: number) => {
      const body = bodies[number - 1];
      const target = `${url}${path}?partNumber=${number}&uploadId=${id}`;
      const { headers } = await expect(200, "PUT", target, body && { body });
      etags[number - 1] = headers.get("etag");
    };
    await Promise.all([put(a.url, 1), put(b.url, 2)]);
    await a.kill();
    await b.stop();
    const [c, d] = [await course.start(), await course.start()];
    const listed = await expect(200, "GET", `${c.url}${path}?uploadId=${id}`);
    assertEquals(listed.text.match(/<PartNumber>\d+</g), ["<PartNumber>1<", "<PartNumber>2<"]);
    const uploads = await expect(200, "GET", `${d.url}/bucket?uploads`);
    assert(uploads.text.includes(`<UploadId>${id}</UploadId>`));
    await Promise.all([put(c.url, 3), put(d.url, 4)]);
    const body = completion(etags);
    const target = (url: string) => `${url}${path}?uploadId=${id}`;
    const answers = await Promise.all(
      [c, d, c, d].map(({ url }) => expect(200, "POST", target(url), { body })),
    );
    const etagOf = ({ text }: { text: string }) => /<ETag>([^<]+)</.exec(text)?.[1];
    assertEquals(new Set(answers.map(etagOf)).size, 1);
    await c.stop();
    const again = await expect(200, "POST", target(d.url), { body });
    assertEquals(etagOf(again), etagOf(answers[0] ?? { text: "" }));
    const got = await fetch(`${d.url}${path}`);
    assertEquals(got.headers.get("x-amz-meta-by"), "two");
    assertEquals(await got.bytes(), new Uint8Array(await new Blob(bodies).arrayBuffer()));
    assertEquals((await send("GET", `${d.url}${path}?uploadId=${id}`)).status, 404);
  },
);

Deno.test("conditional writes race exactly across two processes", options, async () => {
  await using course = await startProcessCourse();
  const races = await processRaces(course, 2);
  await raceForAbsentKey(races, { rounds: 4, kinds: WRITER_KINDS });
  const { increments } = await countTogether(races, { workers: 6, increments: 4 });
  assertEquals(increments, 24);
  await takeTurns(races, { workers: 4, turns: 2 });
});

/** Holds the batches of the process that is named first, and tells when there is one. */
function heldBatches(mode: "before" | "after") {
  let armed = false;
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    arm: () => {
      armed = true;
    },
    arrived: arrived.promise,
    release: released.resolve,
    wrap: (handler: Deno.ServeHandler): Deno.ServeHandler => async (request, info) => {
      const held = armed && new URL(request.url).pathname.endsWith("/batch");
      if (!held) return await handler(request, info);
      armed = false;
      const answer = mode === "after" ? await handler(request, info) : undefined;
      arrived.resolve();
      await released.promise;
      await request.body?.cancel().catch(() => {});
      return answer ?? new Response(null, { status: 500 });
    },
  };
}

for (const mode of ["before", "after"] as const) {
  Deno.test(
    `a gateway killed while completing, ${mode} the batch is applied: another one completes`,
    options,
    async () => {
      const hold = heldBatches(mode);
      await using course = await startProcessCourse(hold.wrap);
      const [a, b] = [await course.start(SHORT), await course.start(SHORT)];
      await expect(200, "PUT", `${a.url}/bucket`);
      const id = await beginUpload(`${a.url}/bucket/key`);
      const bytes = randomBytes(300_000, 9);
      const part = `/bucket/key?partNumber=1&uploadId=${id}`;
      const { headers } = await expect(200, "PUT", `${a.url}${part}`, { body: bytes });
      const body = completion([headers.get("etag")]);
      const sent = { body, headers: { "if-none-match": "*" } };
      hold.arm();
      const dying = send("POST", `${a.url}/bucket/key?uploadId=${id}`, sent).catch(() => undefined);
      await hold.arrived;
      // It waits for the first, and takes over when that is dead.
      const waiting = expect(200, "POST", `${b.url}/bucket/key?uploadId=${id}`, sent);
      await a.kill();
      hold.release();
      assertEquals(await dying, undefined);
      const { text } = await waiting;
      const got = await fetch(`${b.url}/bucket/key`);
      assert(text.includes(got.headers.get("etag")?.replaceAll('"', "") ?? "none"));
      assertEquals(await got.bytes(), bytes);
      const again = await expect(200, "POST", `${b.url}/bucket/key?uploadId=${id}`, sent);
      assertEquals(/<ETag>([^<]+)</.exec(again.text)?.[1], /<ETag>([^<]+)</.exec(text)?.[1]);
    },
  );
}

Deno.test("a gateway that hung for longer than its lease sends no batch", options, async () => {
  let stop = () => {};
  const stopped = Promise.withResolvers<void>();
  await using course = await startProcessCourse((handler) => async (request, info) => {
    const answer = await handler(request, info);
    if (new URL(request.url).pathname.endsWith("/paths-info")) {
      stop();
      stop = () => {};
      stopped.resolve();
    }
    return answer;
  });
  const [a, b] = [await course.start(SHORT), await course.start(SHORT)];
  await expect(200, "PUT", `${a.url}/bucket`);
  stop = () => a.child.kill("SIGSTOP");
  // A condition makes it look under its lock; the answer finds it stopped.
  const slow = send("PUT", `${a.url}/bucket/key`, {
    body: "slow",
    headers: { "if-none-match": "*" },
  });
  await stopped.promise;
  await expect(200, "PUT", `${b.url}/bucket/key`, { body: "fast" });
  a.child.kill("SIGCONT");
  const { status } = await slow;
  assertNotEquals(status, 200);
  assertEquals((await expect(200, "GET", `${b.url}/bucket/key`)).text, "fast");
  // It goes on with a lease of its own.
  await expect(200, "PUT", `${a.url}/bucket/key`, { body: "later" });
  assertEquals((await expect(200, "GET", `${b.url}/bucket/key`)).text, "later");
});
