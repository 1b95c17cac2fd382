import { assertEquals, assertRejects } from "@std/assert";
import { type Placeable, PlacingLine } from "../../../lib/xet/transfer/placing_line.ts";

/** Takes as many questions as it is given before it is placed. */
class Item implements Placeable {
  kept = false;
  ended = false;

  constructor(readonly name: string, readonly questions: Promise<unknown>[] = []) {}

  get leased(): number {
    return this.ended ? 0 : 10;
  }

  keep(): void {
    this.kept = true;
  }

  letGo(): void {
    this.ended = true;
  }
}

function makeLine() {
  const placed: string[] = [];
  const line = new PlacingLine<Item>(({ name, questions }) => {
    const question = questions.shift();
    if (question === undefined) placed.push(name);
    return question;
  });
  return { line, placed };
}

Deno.test("PlacingLine places at once what has no question, and keeps nothing of it", async () => {
  const { line, placed } = makeLine();
  const item = new Item("a");
  line.push(item);
  assertEquals([placed, item.kept, item.ended, line.leased], [["a"], false, true, 0]);
  await line.idle();
});

Deno.test("PlacingLine has everything wait behind a question, in its order", async () => {
  const { line, placed } = makeLine();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const items = [new Item("a", [first.promise, second.promise]), new Item("b"), new Item("c")];
  for (const item of items) line.push(item);
  assertEquals([placed, items.every(({ kept }) => kept), line.leased], [[], true, 30]);
  first.resolve();
  await line.answered();
  assertEquals(placed, []);
  second.resolve();
  line.push(new Item("d"));
  await line.idle();
  line.push(new Item("e"));
  assertEquals([placed, line.leased], [["a", "b", "c", "d", "e"], 0]);
});

Deno.test("PlacingLine tells of a question, or a placing, that failed", async () => {
  const { line, placed } = makeLine();
  line.push(new Item("a", [Promise.reject(new RangeError("no answer"))]));
  line.push(new Item("b"));
  await assertRejects(() => line.idle(), RangeError, "no answer");
  await assertRejects(() => line.answered(), RangeError, "no answer");
  assertEquals(placed, []);
  line.end();
  assertEquals(line.leased, 0);
});

Deno.test("PlacingLine places nothing after its end", async () => {
  const { line, placed } = makeLine();
  const question = Promise.withResolvers<void>();
  const item = new Item("a", [question.promise]);
  line.push(item);
  line.end();
  question.resolve();
  await line.idle();
  assertEquals([placed, item.ended], [[], true]);
});
