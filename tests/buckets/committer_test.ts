import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Committer } from "../../lib/buckets/committer.ts";
import type { BatchOperation } from "../../lib/hub/files.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import { add, bucketClientOf, remove, startFiles } from "./file_server.ts";

const ID = "a/b";
const LOST = { status: 502 };

Deno.test("a lone write goes at once and alone", async () => {
  await using server = startFiles();
  const client = bucketClientOf(server);
  assertEquals(await client.commit(ID, [add("x")]), [{ kind: "applied", path: "x" }]);
  assertEquals(server.batches.map((batch) => batch.length), [1]);
  assertEquals(await client.commit(ID, []), []);
  assertEquals(server.batches.length, 1);
  await client.close();
});

Deno.test("64 writes at once take two batches: the first alone, the rest together", async () => {
  await using server = startFiles({ batchMs: 5 });
  const client = bucketClientOf(server);
  const outcomes = await Promise.all(
    Array.from({ length: 64 }, (_, index) => client.commit(ID, [add(`k${index}`, index)])),
  );
  assertEquals(outcomes.flat().filter(({ kind }) => kind === "applied").length, 64);
  assertEquals(server.batches.map((batch) => batch.length), [1, 63]);
  assertEquals(server.files.size, 64);
  await client.close();
});

Deno.test("buckets do not wait for each other", async () => {
  await using server = startFiles({ batchMs: 5 });
  const client = bucketClientOf(server);
  await Promise.all([client.commit(ID, [add("x")]), client.commit("a/c", [add("x")])]);
  assertEquals(server.hub.seen.map(({ target }) => target).sort(), [
    "/api/buckets/a/b/batch",
    "/api/buckets/a/c/batch",
  ]);
  await client.close();
});

Deno.test("writes to one path are never in one batch and keep their order", async () => {
  await using server = startFiles({ batchMs: 2 });
  const client = bucketClientOf(server);
  await Promise.all([
    client.commit(ID, [add("first")]),
    client.commit(ID, [add("x", 1), add("y", 1)]),
    client.commit(ID, [add("y", 2), add("z", 2)]),
    client.commit(ID, [add("z", 3)]),
    client.commit(ID, [remove("x")]),
    client.commit(ID, [add("w", 4)]),
  ]);
  const paths = server.batches.map((batch) => batch.map(({ path }) => path));
  assertEquals(paths, [["first"], ["x", "y", "w"], ["y", "z", "x"], ["z"]]);
  assertEquals(server.files.get("z")?.mtime, add("z", 3).mtime);
  assertEquals(server.files.has("x"), false);
  await client.close();
});

Deno.test("a batch holds at most 1,000 operations and does not tear a commit apart", async () => {
  await using server = startFiles({ batchMs: 2 });
  const client = bucketClientOf(server);
  const group = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => add(`${name}${index}`));
  await Promise.all([
    client.commit(ID, group("a", 1)),
    client.commit(ID, group("b", 600)),
    client.commit(ID, group("c", 600)),
    client.commit(ID, group("d", 400)),
  ]);
  assertEquals(server.batches.map((batch) => batch.length), [1, 1000, 600]);
  await assertRejects(() => client.commit(ID, group("e", 1001)), RangeError);
  await assertRejects(() => client.commit(ID, [add("x"), remove("x")]), TypeError);
  await client.close();
});

Deno.test("a refused operation fails only the commit it belongs to", async () => {
  await using server = startFiles({
    batchMs: 2,
    refuse: ({ path }) => path === "bad" ? "xorb unknown" : undefined,
  });
  const client = bucketClientOf(server);
  const [, good, bad] = await Promise.all([
    client.commit(ID, [add("first")]),
    client.commit(ID, [add("good")]),
    client.commit(ID, [add("bad")]),
  ]);
  assertEquals(good, [{ kind: "applied", path: "good" }]);
  const [failure] = bad;
  assert(failure?.kind === "failed" && failure.error instanceof HubError);
  assertEquals([failure.error.kind, failure.error.detail], ["unprocessable", "xorb unknown"]);
  assertEquals(server.batches.length, 2);
  await client.close();
});

Deno.test("the rest of a half-applied commit is sent once more", async () => {
  await using server = startFiles({
    refuse: ({ path }, batch) => path === "meta" && batch === 1 ? "busy" : undefined,
  });
  const client = bucketClientOf(server);
  const outcomes = await client.commit(ID, [add("object"), add("meta")]);
  assertEquals(outcomes.map(({ kind }) => kind), ["applied", "applied"]);
  assertEquals(server.batches.map((batch) => batch.map(({ path }) => path)), [
    ["object", "meta"],
    ["meta"],
  ]);
  await client.close();
});

Deno.test("a commit that stays half applied says which half", async () => {
  await using server = startFiles({
    refuse: ({ path }) => path === "meta" ? "never" : undefined,
  });
  const client = bucketClientOf(server);
  const outcomes = await client.commit(ID, [add("object"), add("meta")]);
  assertEquals(outcomes.map(({ kind, path }) => [kind, path]), [
    ["applied", "object"],
    ["failed", "meta"],
  ]);
  assertEquals(server.batches.length, 2);
  await client.close();
});

Deno.test("a delete of what is not there is done, with no further call if the Hub says so", async () => {
  await using server = startFiles({
    refuse: ({ path }) => path === "plain" ? "Entry not found" : path === "odd" ? "E17" : undefined,
  });
  const client = bucketClientOf(server);
  const outcomes = await client.commit(ID, [add("object"), remove("plain")]);
  assertEquals(outcomes.map(({ kind }) => kind), ["applied", "applied"]);
  assertEquals([server.batches.length, server.looks.length], [1, 0]);
  assertEquals(await client.commit(ID, [remove("odd")]), [{ kind: "applied", path: "odd" }]);
  assertEquals(server.looks, [["odd"]]);
  await client.close();
});

Deno.test("a delete that failed of what is there has failed", async () => {
  await using server = startFiles({
    refuse: ({ type }) => type === "deleteFile" ? "locked" : undefined,
  });
  const client = bucketClientOf(server);
  await client.commit(ID, [add("x")]);
  const [outcome] = await client.commit(ID, [remove("x")]);
  assertEquals(outcome?.kind, "failed");
  await client.close();
});

Deno.test("a lost answer is settled: what was applied is not sent again", async () => {
  await using server = startFiles({
    instead: (batch) => batch === 1 ? { apply: true, answer: new Response(null, LOST) } : undefined,
  });
  const client = bucketClientOf(server);
  server.files.set("old", add("old"));
  const outcomes = await client.commit(ID, [add("x", 1), remove("old"), add("y", 2)]);
  assertEquals(outcomes.map(({ kind }) => kind), ["applied", "applied", "applied"]);
  assertEquals([server.batches.length, server.looks.length], [1, 1]);
  await client.close();
});

Deno.test("a lost answer is settled: only what was not applied is sent again", async () => {
  await using server = startFiles({
    instead: (batch) =>
      batch === 1 ? { apply: false, answer: new Response(null, LOST) } : undefined,
  });
  const client = bucketClientOf(server);
  server.files.set("x", add("x", 1));
  server.files.set("y", add("y", 7));
  const outcomes = await client.commit(ID, [add("x", 1), add("y", 2), remove("gone")]);
  assertEquals(outcomes.map(({ kind }) => kind), ["applied", "applied", "applied"]);
  assertEquals(server.batches.map((batch) => batch.map(({ path }) => path)), [
    ["x", "y", "gone"],
    ["y"],
  ]);
  await client.close();
});

Deno.test("the old object with the same bytes is not taken for the new one", async () => {
  await using server = startFiles({
    instead: (batch) =>
      batch === 1 ? { apply: false, answer: new Response(null, LOST) } : undefined,
  });
  const client = bucketClientOf(server);
  server.files.set("x", { ...add("x"), mtime: add("x").mtime - 60_000 });
  await client.commit(ID, [add("x")]);
  assertEquals(server.batches.length, 2);
  assertEquals(server.files.get("x")?.mtime, add("x").mtime);
  await client.close();
});

Deno.test("a Hub that never applies anything is an error after a few attempts", async () => {
  await using server = startFiles({
    instead: () => ({ apply: false, answer: new Response(null, LOST) }),
  });
  const client = bucketClientOf(server);
  const error = await assertRejects(() => client.commit(ID, [add("x")]), HubError);
  assertEquals([error.status, error.outcomeUnknown, server.batches.length], [502, true, 3]);
  await client.close();
});

Deno.test("a batch that cannot be settled is not sent again", async () => {
  await using server = startFiles({
    instead: () => ({ apply: true, answer: new Response(null, LOST) }),
    look: () => new Response(null, { status: 500 }),
  });
  const client = bucketClientOf(server);
  const error = await assertRejects(() => client.commit(ID, [add("x")]), HubError);
  assertEquals([error.outcomeUnknown, server.batches.length], [true, 1]);
  await client.close();
});

Deno.test("a batch that is refused for one entry is divided until only that one fails", async () => {
  await using server = startFiles({
    batchMs: 2,
    instead: (_, operations) =>
      operations.some(({ path }) => path === "bad")
        ? { apply: false, answer: Response.json({ error: "bad path" }, { status: 400 }) }
        : undefined,
  });
  const client = bucketClientOf(server);
  const names = ["first", ..."abcdefg", "bad", ..."hijklmn"];
  const settled = await Promise.allSettled(names.map((name) => client.commit(ID, [add(name)])));
  assertEquals(
    settled.flatMap(({ status }, index) => status === "rejected" ? [names[index]] : []),
    ["bad"],
  );
  assertEquals(server.files.size, names.length - 1);
  await client.close();
});

Deno.test("a bucket that is gone fails every commit with one call", async () => {
  await using server = startFiles({
    batchMs: 2,
    instead: () => ({
      apply: false,
      answer: new Response(null, { status: 404, headers: { "x-error-code": "RepoNotFound" } }),
    }),
  });
  const client = bucketClientOf(server);
  const commits = ["a", "b", "c"].map((name) => client.commit(ID, [add(name)]));
  for (const commit of commits) {
    assertEquals((await assertRejects(() => commit, HubError)).code, "RepoNotFound");
  }
  assertEquals(server.batches.length, 2);
  await client.close();
});

Deno.test("close waits for the commits under way and refuses new ones", async () => {
  await using server = startFiles({ batchMs: 10 });
  const client = bucketClientOf(server);
  const commits = [client.commit(ID, [add("x")]), client.commit(ID, [add("y")])];
  await client.close();
  assertEquals(server.files.size, 2);
  await Promise.all(commits);
  await assertRejects(() => client.commit(ID, [add("z")]), TypeError, "closed");
});

Deno.test("a lone write is sent before the caller's turn of the loop is over", async () => {
  let sent = 0;
  const committer = new Committer({
    batch: () => {
      sent++;
      return Promise.resolve({ failed: [] });
    },
    look: () => Promise.resolve(new Map()),
  });
  const commit = committer.commit(ID, [remove("x")]);
  // p-retry starts its work in microtasks; no timer comes before it.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assertEquals(sent, 1);
  await commit;
});

Deno.test("any commits at once leave what they would leave one after the other", async () => {
  const operation = fc.oneof(
    fc.record({ path: fc.constantFrom(..."abcde"), number: fc.nat(99) }).map(({ path, number }) =>
      add(path, number)
    ),
    fc.constantFrom(..."abcde").map(remove),
  );
  const group = fc.uniqueArray(operation, { selector: ({ path }) => path, minLength: 1 });
  const groups = fc.array(group, { maxLength: 20 });
  await fc.assert(fc.asyncProperty(groups, async (commits) => {
    const [actual, expected] = [new Map<string, number>(), new Map<string, number>()];
    const committer = new Committer({
      async batch(_id, operations) {
        assertEquals(new Set(operations.map(({ path }) => path)).size, operations.length);
        await Promise.resolve();
        // Backwards: the Hub promises no order inside a batch.
        operations.toReversed().forEach((one) => note(actual, one));
        return { failed: [] };
      },
      look: () => Promise.resolve(new Map()),
    });
    await Promise.all(commits.map((operations) => committer.commit(ID, operations)));
    commits.flat().forEach((one) => note(expected, one));
    assertEquals([...actual].sort(), [...expected].sort());
  }));
});

function note(files: Map<string, number>, operation: BatchOperation): void {
  if (operation.type === "deleteFile") files.delete(operation.path);
  else files.set(operation.path, operation.mtime);
}
