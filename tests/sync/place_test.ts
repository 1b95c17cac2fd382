import { assertEquals, assertThrows } from "@std/assert";
import { parsePlace, pathIn } from "../../lib/sync/place.ts";

Deno.test("places are directories and buckets with a prefix, as huggingface_hub writes them", () => {
  assertEquals(parsePlace("./data"), { kind: "directory", path: "./data" });
  assertEquals(parsePlace("hf://buckets/a/b"), { kind: "bucket", id: "a/b", prefix: "" });
  assertEquals(parsePlace("hf://buckets/a/b/"), { kind: "bucket", id: "a/b", prefix: "" });
  const place = parsePlace("hf://buckets/a/b/c d/%2F#?/");
  assertEquals(place, { kind: "bucket", id: "a/b", prefix: "c d/%2F#?" });
  assertEquals(place.kind === "bucket" && pathIn(place, "x/y"), "c d/%2F#?/x/y");
});

Deno.test("what names no bucket is refused", () => {
  for (
    const text of ["", "hf://a/b", "hf://buckets/a", "hf://buckets/a/b//c", "hf://buckets/../b"]
  ) {
    assertThrows(() => parsePlace(text), TypeError);
  }
});
