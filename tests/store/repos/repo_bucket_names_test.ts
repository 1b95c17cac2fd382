import { assertEquals } from "@std/assert";
import { isRepoBucket, repoBucketOf } from "../../../lib/store/repos/repo_bucket_names.ts";

Deno.test("repoBucketOf() reads type, id and revision", () => {
  const read = (bucket: string) => {
    const { repo, revision } = repoBucketOf(bucket) ?? {};
    return repo && [repo.type, repo.id, revision];
  };
  assertEquals(read("datasets--ns--name"), ["dataset", "ns/name", "main"]);
  assertEquals(read("models--gpt2"), ["model", "gpt2", "main"]);
  assertEquals(read("spaces--A.b--c_d--at--v1.0"), ["space", "A.b/c_d", "v1.0"]);
  assertEquals(read("models--gpt2--at--refs--pr--1"), ["model", "gpt2", "refs/pr/1"]);
  assertEquals(read("datasets--at--at--at--at"), ["dataset", "at", "at/at"]);
  for (
    const wrong of [
      "datasets--",
      "datasets--a--b--c",
      "datasets--a--b--at--",
      "datasets----b",
      "datasets--a b",
      "dataset--a--b",
      "ns--name",
      "name",
    ]
  ) assertEquals(read(wrong), undefined, wrong);
});

Deno.test("isRepoBucket() tells repos from buckets by their first word", () => {
  assertEquals(["models--x", "models", "my-models--x", "spaces--"].map(isRepoBucket), [
    true,
    false,
    false,
    true,
  ]);
});
