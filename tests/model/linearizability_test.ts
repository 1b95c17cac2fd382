import { assert, assertEquals } from "@std/assert";
import { type RaceCourse, startRaceCourse } from "../support/races.ts";
import { type Event, isLinearizable, type Value } from "./linearizability.ts";
import { Rng } from "./rng.ts";

const put = (value: string, sent: number, answered: number): Event => ({
  kind: "put",
  value,
  done: true,
  sent,
  answered,
});
const get = (found: Value, sent: number, answered: number): Event => ({
  kind: "get",
  found,
  done: true,
  sent,
  answered,
});

Deno.test("a history is judged by whether one order explains it", () => {
  assert(isLinearizable([put("a", 0, 3), get(undefined, 1, 2)], undefined));
  assert(isLinearizable([put("a", 0, 3), get("a", 1, 2)], undefined));
  assert(!isLinearizable([put("a", 0, 1), get(undefined, 2, 3)], undefined), "a stale read");
  assert(!isLinearizable([put("a", 0, 9), get("a", 1, 2), get(undefined, 3, 4)], undefined));
  const create = (value: string, done: boolean): Event => ({
    ...put(value, 0, 9),
    condition: { is: undefined },
    done,
  });
  assert(isLinearizable([create("a", true), create("b", false)], undefined));
  assert(!isLinearizable([create("a", true), create("b", true)], undefined), "two creators");
  assert(!isLinearizable([create("a", false), create("b", false)], undefined), "none of them");
  const remove: Event = {
    kind: "delete",
    condition: { is: "a" },
    done: true,
    sent: 4,
    answered: 5,
  };
  assert(isLinearizable([put("a", 0, 1), remove, get(undefined, 6, 7)], undefined));
  assert(!isLinearizable([put("a", 0, 1), remove, get("a", 6, 7)], undefined), "a lost delete");
});

const CLIENTS = 5;
const EACH = 5;

/** Clients that read, write and delete one key together, some of them with conditions. */
async function history(course: RaceCourse, key: string, seed: number): Promise<Event[]> {
  let clock = 0;
  const tags = new Map<string, string>();
  const events: Event[] = [];
  const client = async (name: number): Promise<void> => {
    const rng = new Rng(seed * 100 + name);
    for (let i = 0; i < EACH; i++) {
      const value = `${seed}-${name}-${i}`;
      const known = rng.pick([...tags]);
      const kind = rng.weighted<Event["kind"]>([[4, "get"], [5, "put"], [2, "delete"]]);
      const matches = kind !== "get" && known !== undefined && rng.chance(0.5);
      const creates = kind === "put" && !matches && rng.chance(0.4);
      const sent = clock++;
      const { status, headers, text } = await course.send(method(kind), `/${key}`, {
        headers: {
          ...(matches && { "if-match": known[1] }),
          ...(creates && { "if-none-match": "*" }),
        },
        ...(kind === "put" && { body: value }),
      });
      const answered = clock++;
      assert([200, 204, 404, 412].includes(status), `${status} ${text}`);
      if (kind === "put" && status === 200) tags.set(value, headers.get("etag") ?? "");
      events.push({
        kind,
        sent,
        answered,
        done: kind === "get" || status < 300,
        ...(kind === "put" && { value }),
        ...(kind === "get" && { found: status === 200 ? text : undefined }),
        ...(matches && { condition: { is: known[0] } }),
        ...(creates && { condition: { is: undefined } }),
      });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, name) => client(name)));
  return events;
}

const method = (kind: Event["kind"]): string =>
  kind === "get" ? "GET" : kind === "put" ? "PUT" : "DELETE";

async function assertOrdered(course: RaceCourse): Promise<void> {
  for (let seed = 1; seed <= 20; seed++) {
    const events = await history(course, `key-${seed}`, seed);
    assertEquals(events.length, CLIENTS * EACH);
    assert(isLinearizable(events, undefined), JSON.stringify(events, null, 1));
  }
}

for (const gateways of [1, 2]) {
  Deno.test(`what clients see of one key has an order, over gateways: ${gateways}`, async () => {
    await using course = await startRaceCourse(gateways);
    await assertOrdered(course);
  });
}

Deno.test("so it has over two gateways that share a KV", async () => {
  using kv = await Deno.openKv(":memory:");
  await using course = await startRaceCourse(2, { kv });
  await assertOrdered(course);
});
