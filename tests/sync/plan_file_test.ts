import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatPlan, parsePlan, summarize, type SyncPlan } from "../../lib/sync/mod.ts";

/** As `huggingface_hub` 2.4.0 wrote it. */
const FROM_PYTHON =
  `{"type": "header", "source": "hf://buckets/local/data/x", "dest": "/tmp/d", "timestamp": "2026-11-24T14:28:56.123456+00:00", "summary": {"uploads": 0, "downloads": 1, "deletes": 1, "skips": 1, "total_size": 3}}
{"type": "operation", "action": "download", "path": "\\u00fc b", "reason": "new file", "size": 3, "remote_mtime": "2026-01-02T03:04:05.678000+00:00"}
{"type": "operation", "action": "delete", "path": "gone", "reason": "not in source (--delete)", "size": 1, "local_mtime": "2026-01-02T03:04:05+00:00"}
{"type": "operation", "action": "skip", "path": "same", "reason": "identical", "size": 1, "local_mtime": "2026-01-02T03:04:05+00:00", "remote_mtime": "1970-01-01T00:00:00+00:00"}
`;

const THEN = Date.UTC(2026, 0, 2, 3, 4, 5);

Deno.test("parsePlan() reads the plans of huggingface_hub", () => {
  const plan = parsePlan(FROM_PYTHON);
  assertEquals(plan, {
    source: "hf://buckets/local/data/x",
    destination: "/tmp/d",
    timestamp: new Date("2026-11-24T14:28:56.123Z"),
    operations: [
      line("download", "ü b", "new file", 3, THEN + 678, undefined),
      line("delete", "gone", "not in source (--delete)", 1, undefined, THEN),
      line("skip", "same", "identical", 1, 0, THEN),
    ],
  });
  assertEquals(summarize(plan), {
    uploads: 0,
    downloads: 1,
    copies: 0,
    deletes: 1,
    skips: 1,
    refused: 0,
    totalSize: 3,
  });
});

function line(
  action: "download" | "delete" | "skip",
  path: string,
  reason: string,
  size: number,
  sourceMtime: number | undefined,
  destinationMtime: number | undefined,
) {
  return { action, path, reason, size, sourceMtime, destinationMtime };
}

Deno.test("formatPlan() writes lines that huggingface_hub reads, with its names", () => {
  const text = formatPlan(parsePlan(FROM_PYTHON));
  const names = text.trim().split("\n").map((each) => Object.keys(JSON.parse(each)));
  assertEquals(names, [
    ["type", "source", "dest", "timestamp", "summary"],
    ["type", "action", "path", "reason", "size", "remote_mtime"],
    ["type", "action", "path", "reason", "size", "local_mtime"],
    ["type", "action", "path", "reason", "size", "remote_mtime", "local_mtime"],
  ]);
});

const ENDS = [
  ["upload", "./d", "hf://buckets/a/b"],
  ["download", "hf://buckets/a/b", "./d"],
  ["copy", "hf://buckets/a/b", "hf://buckets/a/c"],
] as const;

const time = fc.option(fc.integer({ min: 1, max: 4e12 }), { nil: undefined });
const plans = fc.constantFrom(...ENDS).chain(([action, source, destination]) =>
  fc.record({
    source: fc.constant(source as string),
    destination: fc.constant(destination as string),
    timestamp: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
    operations: fc.uniqueArray(
      fc.record({
        action: fc.constantFrom(action, "delete" as const, "skip" as const),
        path: fc.string({ minLength: 1, unit: "grapheme" }),
        reason: fc.string(),
        size: fc.option(fc.nat(), { nil: undefined }),
        sourceMtime: time,
        destinationMtime: time,
      }),
      { selector: ({ path }) => path },
    ),
  })
);

Deno.test("a plan that is written and read is the same plan", () => {
  fc.assert(fc.property(plans, (plan: SyncPlan) => {
    assertEquals(parsePlan(formatPlan(plan)), plan);
  }));
});

Deno.test("parsePlan() names the line that is wrong", () => {
  const header = FROM_PYTHON.split("\n")[0] ?? "";
  const wrong: [string, string][] = [
    ["", "Line 1"],
    ["{}", "Line 1"],
    ["{", "Line 1"],
    [`${header}\n{"type":"operation","action":"fly","path":"a"}`, "Line 2"],
    [`${header}\n{"type":"operation","action":"upload","path":"a"}`, "upload"],
    [`${header}\n{"type":"operation","action":"skip","path":""}`, "path"],
    [`${header}\n${'{"type":"operation","action":"skip","path":"a"}\n'.repeat(2)}`, "twice"],
    [header.replace("/tmp/d", "hf://x"), "hf://"],
    [header.replace("hf://buckets/local/data/x", "/tmp"), "bucket"],
  ];
  for (const [text, part] of wrong) assertThrows(() => parsePlan(text), TypeError, part);
});
