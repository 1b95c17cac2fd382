import { assert, assertEquals } from "@std/assert";
import { CODECS } from "../../lib/s3/codecs.ts";
import { UNSERVED_OPERATIONS } from "../../lib/s3/operation_names.ts";
import { ROUTES } from "../../lib/s3/routes.ts";
import { type Stub, STUBS } from "../../lib/s3/stubs.ts";

interface Row {
  readonly operation: string;
  readonly request: string;
  readonly answer: string;
  readonly notes: string;
}

const ROW =
  /^\| (?<operation>\w+) \| `(?<request>[^`]+)` \| (?<answer>served|stubbed|refused) \| (?<notes>.*) \|$/;

const text = await Deno.readTextFile("docs/s3-compatibility.md");
const rows: readonly Row[] = text.split("\n").flatMap((line) => {
  const { operation = "", request = "", answer = "", notes = "" } = ROW.exec(line)?.groups ?? {};
  return operation === "" ? [] : [{ operation, request, answer, notes }];
});

const named = (answer: string): readonly string[] =>
  rows.filter((row) => row.answer === answer).map(({ operation }) => operation).sort();

Deno.test("the compatibility page names every operation once, as the code has it", () => {
  assertEquals(named("served"), Object.keys(CODECS).sort());
  assertEquals(named("stubbed"), Object.keys(STUBS).sort());
  assertEquals(named("refused"), [...UNSERVED_OPERATIONS].sort());
});

Deno.test("the compatibility page tells the fixed answer of every stub, and why others are refused", () => {
  const stubs: Readonly<Record<string, Stub>> = STUBS;
  for (const { operation, answer, notes } of rows) {
    if (answer === "refused") assert(notes.length > 10, operation);
    const stub = stubs[operation];
    if (stub === undefined) continue;
    const expected = stub.kind === "document"
      ? `200, \`${stub.root}\`, nothing set`
      : stub.kind === "error"
      ? stub.code
      : "204, nothing to remove";
    assertEquals(notes, expected, operation);
  }
});

Deno.test("the compatibility page has a request that the routes know for every operation", () => {
  for (const { operation, request } of rows) {
    const [method = "", target = ""] = request.replace(/ \+ .*/, "").split(" ");
    const [path, marker] = target.split("?");
    const kind = path === "/" ? "service" : path === "/b" ? "bucket" : "object";
    const name = marker?.split(/[=&]/)[0];
    const known = ROUTES[kind].some((route) =>
      route.marker === name &&
      Object.entries(route.methods).some(([verb, means]) => verb === method && means === operation)
    );
    assert(known, `${operation}: ${request}`);
  }
});

/** Parameters and headers as readers name them: `query.get("prefix")`, `numberHeader(headers, "…")`. */
const READ =
  /(?:(?:query|headers)(?:\.(?:get|has)\(|,)|\bheader:)\s*"(?<name>[A-Za-z][A-Za-z0-9-]+)"/g;

Deno.test("the compatibility page names every parameter and header that is read", async () => {
  const read = new Set<string>();
  for (const folder of ["lib/s3", "lib/http"]) {
    for await (const { name } of Deno.readDir(folder)) {
      const source = await Deno.readTextFile(`${folder}/${name}`);
      for (const { groups } of source.matchAll(READ)) read.add(groups?.name ?? "");
    }
  }
  assert(read.size > 40, `${read.size}`);
  const page = text.toLowerCase();
  const missing = [...read].filter((name) => {
    const whole = name.toLowerCase().replace(/-$/, "");
    return !new RegExp(`(?<![a-z0-9-])${whole}(?![a-z0-9])`).test(page);
  });
  assertEquals(missing, []);
});
