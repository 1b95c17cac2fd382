import { assertEquals } from "@std/assert";
import { keyOfPath } from "../../../lib/store/keys.ts";
import {
  objectPathOf,
  SETTINGS_PATH,
  SIDECAR_KINDS,
  sidecarPath,
  sidecarPaths,
} from "../../../lib/store/sidecar/sidecar_paths.ts";

Deno.test("a sidecar's path tells its object's, and S3 shows none of them", () => {
  for (const path of ["a", "dir/.hugbucket_keep", "é/\u{1F600}", "~hug"]) {
    for (const kind of SIDECAR_KINDS) {
      const sidecar = sidecarPath(kind, path) ?? "";
      assertEquals(sidecar, `~hugbucket/${kind}/${path}`);
      assertEquals(objectPathOf(kind, sidecar), path);
      assertEquals(keyOfPath(sidecar), undefined);
    }
  }
  assertEquals(keyOfPath(SETTINGS_PATH), undefined);
});

Deno.test("an object whose sidecar would have too long a path has none", () => {
  const room = 1024 - "~hugbucket/meta/".length;
  assertEquals(sidecarPath("meta", "k".repeat(room))?.length, 1024);
  assertEquals(sidecarPath("meta", "k".repeat(room + 1)), undefined);
  assertEquals(sidecarPath("meta", "é".repeat(room / 2))?.length, 16 + room / 2);
  assertEquals(sidecarPath("meta", "é".repeat(room / 2) + "k"), undefined);
  assertEquals(sidecarPaths("k".repeat(room)).length, 1);
  assertEquals(sidecarPaths("k".repeat(1024)), []);
});
