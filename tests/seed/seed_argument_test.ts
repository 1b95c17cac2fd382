import { assertEquals, assertThrows } from "@std/assert";
import { readSeed } from "../../lib/seed/seed_argument.ts";

Deno.test("readSeed() reads a repo, its branch, options and folder", () => {
  assertEquals(readSeed("datasets/local/prices=./folder=x"), {
    type: "dataset",
    id: "local/prices",
    folder: "./folder=x",
  });
  assertEquals(readSeed("models/gpt2@next/try,private,gated,lfs,large:10,tag:v1=/x"), {
    type: "model",
    id: "gpt2",
    branch: "next/try",
    folder: "/x",
    private: true,
    gated: "manual",
    largeFiles: "lfs",
    largeFileBytes: 10,
    tag: "v1",
  });
});

Deno.test("readSeed() refuses what it does not know", () => {
  for (
    const wrong of [
      "x",
      "buckets/a/b=c",
      "datasets/a/b",
      "datasets/a/b,odd=c",
      "datasets/a/b,large:x=c",
    ]
  ) {
    assertThrows(() => readSeed(wrong), TypeError, "--seed");
  }
});
