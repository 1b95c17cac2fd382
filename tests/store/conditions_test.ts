import { assertEquals } from "@std/assert";
import { brokenCondition } from "../../lib/store/conditions.ts";
import { etagOf } from "../../lib/store/etag.ts";
import type { WriteCondition } from "../../lib/store/object_store.ts";
import type { StoredFile } from "../../lib/store/stored_file.ts";

const HASH = "ab".repeat(32);
const ETAG = etagOf(HASH);
const FILE: StoredFile = { path: "k", size: 1, xetHash: HASH, mtime: new Date(5_700) };

Deno.test("a condition on a write is held against what the key holds, or that it holds nothing", () => {
  const cases: [WriteCondition | undefined, there: string | undefined, not: string | undefined][] =
    [
      [undefined, undefined, undefined],
      [{ kind: "absent" }, "precondition_failed", undefined],
      [{ kind: "exists" }, undefined, "no_such_key"],
      [{ kind: "etag", etags: ["x", ETAG] }, undefined, "no_such_key"],
      [{ kind: "etag", etags: ["x"] }, "precondition_failed", "no_such_key"],
      [{ kind: "etag", etags: [] }, "precondition_failed", "no_such_key"],
      [{ kind: "other-etag", etags: ["x", ETAG] }, "precondition_failed", undefined],
      [{ kind: "other-etag", etags: ["x"] }, undefined, undefined],
      [{ kind: "size", size: 1 }, undefined, "no_such_key"],
      [{ kind: "size", size: 2 }, "precondition_failed", "no_such_key"],
      [{ kind: "last-modified", at: new Date(5_000) }, undefined, "no_such_key"],
      [{ kind: "last-modified", at: new Date(6_000) }, "precondition_failed", "no_such_key"],
      [
        { kind: "all", conditions: [{ kind: "exists" }, { kind: "size", size: 1 }] },
        undefined,
        "no_such_key",
      ],
      [
        { kind: "all", conditions: [{ kind: "exists" }, { kind: "size", size: 2 }] },
        "precondition_failed",
        "no_such_key",
      ],
    ];
  for (const [condition, there, not] of cases) {
    assertEquals(brokenCondition(condition, "k", FILE)?.kind, there);
    assertEquals(brokenCondition(condition, "k", undefined)?.kind, not);
  }
});
