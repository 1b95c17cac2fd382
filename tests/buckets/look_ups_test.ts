import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../lib/hub/hub_error.ts";
import { LookUps } from "../../lib/buckets/look_ups.ts";
import { add, bucketClientOf, startFiles } from "./file_server.ts";

const ID = "a/b";

Deno.test("look-ups that come together share a call, the first goes at once", async () => {
  await using server = startFiles();
  const client = bucketClientOf(server);
  server.files.set("k3", add("k3"));
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => client.pathsInfo(ID, [`k${index}`, "k3"])),
  );
  assertEquals(server.looks.map((paths) => paths.length), [2, 49]);
  answers.forEach((answer, index) => {
    assertEquals([...answer.keys()], ["k3"], `of look-up ${index}`);
  });
  await client.close();
});

Deno.test("a look-up never shares a call that was under way before it", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  let calls = 0;
  const lookUps = new LookUps({
    async pathsInfo() {
      calls++;
      await held;
      return [];
    },
  });
  const first = lookUps.find(ID, ["x"]);
  const second = lookUps.find(ID, ["x"]);
  assertEquals(calls, 1);
  release();
  await Promise.all([first, second]);
  assertEquals(calls, 2);
});

Deno.test("any number of paths is looked up, 1,000 a call", async () => {
  await using server = startFiles();
  const client = bucketClientOf(server);
  const paths = Array.from({ length: 2500 }, (_, index) => `p${index}`);
  for (const path of paths) server.files.set(path, add(path));
  assertEquals((await client.pathsInfo(ID, [...paths, "p0", "none"])).size, 2500);
  assert(server.looks.every((asked) => asked.length <= 1000));
  assertEquals(server.looks.length, 3);
  assertEquals((await client.pathsInfo(ID, [])).size, 0);
  assertEquals(server.looks.length, 3);
  await client.close();
});

Deno.test("a call that is refused for one path fails only who asked for it", async () => {
  await using server = startFiles({
    look: (_, paths) =>
      paths.includes("bad") ? Response.json({ error: "bad" }, { status: 400 }) : undefined,
  });
  const client = bucketClientOf(server);
  const names = ["first", "a", "b", "bad", "c"];
  const settled = await Promise.allSettled(names.map((name) => client.pathsInfo(ID, [name])));
  assertEquals(settled.map(({ status }) => status === "fulfilled"), [
    true,
    true,
    true,
    false,
    true,
  ]);
  await client.close();
});

Deno.test("a failure reaches all who share the call, and later ones try again", async () => {
  await using server = startFiles({
    look: (count) => count <= 2 ? new Response(null, { status: 403 }) : undefined,
  });
  const client = bucketClientOf(server);
  const all = ["a", "b", "c"].map((name) => client.pathsInfo(ID, [name]));
  for (const one of all) {
    assertEquals((await assertRejects(() => one, HubError)).kind, "forbidden");
  }
  assertEquals((await client.pathsInfo(ID, ["a"])).size, 0);
  await client.close();
});

Deno.test("an abort ends the waiting of one and leaves the call to the others", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const lookUps = new LookUps({
    async pathsInfo() {
      await held;
      return [];
    },
  });
  const controller = new AbortController();
  const impatient = lookUps.find(ID, ["x"], controller.signal);
  const patient = lookUps.find(ID, ["x"]);
  controller.abort(new Error("gone"));
  await assertRejects(() => impatient, Error, "gone");
  release();
  assertEquals((await patient).size, 0);
  await assertRejects(() => lookUps.find(ID, ["x"], controller.signal), Error, "gone");
  await lookUps.idle();
});
