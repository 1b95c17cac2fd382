import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";

interface Edge {
  readonly from: string;
  readonly to: string;
}

interface Row {
  readonly place: string;
  readonly mayImport: readonly string[];
}

const ROW = /^\| `(?<place>[^`]+)` \|[^|]*\| (?<imports>[^|]*)\|$/;

/** The rows of the import table in docs/architecture.md; places without `lib/` and endings. */
async function tableRows(): Promise<readonly Row[]> {
  const text = await Deno.readTextFile("docs/architecture.md");
  return text.split("\n").flatMap((line) => {
    const groups = ROW.exec(line)?.groups;
    if (groups === undefined) return [];
    const imports = [...(groups.imports ?? "").matchAll(/`([^`]+)`/g)];
    return [{
      place: placeName(groups.place ?? ""),
      mayImport: imports.map(([, name = ""]) => name),
    }];
  });
}

const placeName = (path: string): string => path.replace(/^lib\//, "").replace(/\/$|\.ts$/, "");

/** Every static and dynamic import between the project's own files. */
async function edges(): Promise<readonly Edge[]> {
  const root = `${pathToFileURL(Deno.cwd())}/`;
  const found = new Map<string, Edge>();
  for (const entry of ["main.ts", "mod.ts"]) {
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
    }).output();
    assert(success, `deno info ${entry} failed`);
    const graph: {
      modules: {
        specifier: string;
        dependencies?: { code?: { specifier?: string }; type?: { specifier?: string } }[];
      }[];
    } = JSON.parse(new TextDecoder().decode(stdout));
    for (const { specifier, dependencies = [] } of graph.modules) {
      for (const { code, type } of dependencies) {
        for (const target of [code?.specifier, type?.specifier]) {
          if (!specifier.startsWith(root) || !target?.startsWith(root)) continue;
          const edge = { from: specifier.slice(root.length), to: target.slice(root.length) };
          if (edge.to.endsWith(".ts")) found.set(`${edge.from} ${edge.to}`, edge);
        }
      }
    }
  }
  assert(found.size > 500, `only ${found.size} imports were found`);
  return [...found.values()].filter(({ from, to }) => !`${from} ${to}`.includes("links/"));
}

/** The table's place of a file: `lib/xet/hash/tree.ts` → `xet`. */
function placeOf(file: string): string {
  const [first = "", second] = placeName(file).split("/");
  return second === undefined || file.startsWith("lib/") ? first : file;
}

/** Whether the table lets `place` import `target`, a place or a folder inside one. */
function allowed(row: Row, target: string): boolean {
  const path = placeName(target);
  return row.mayImport.some((name) => path === name || path.startsWith(`${name}/`));
}

Deno.test("files import only what the table in docs/architecture.md allows", async () => {
  const rows = new Map((await tableRows()).map((row) => [row.place, row]));
  assert(rows.size > 15, "the table was not found");
  const wrong = (await edges()).filter(({ from, to }) => {
    const row = rows.get(placeOf(from));
    return row === undefined || (placeOf(from) !== placeOf(to) && !allowed(row, to));
  });
  assertEquals(wrong, []);
});

Deno.test("inside xet imports go from transfer towards engine", async () => {
  const order = ["engine", "hash", "format", "cas", "transfer"];
  const rank = (file: string) => order.indexOf(file.split("/")[2] ?? "");
  const wrong = (await edges()).filter(({ from, to }) =>
    from.startsWith("lib/xet/") && to.startsWith("lib/xet/") && rank(to) > rank(from) &&
    rank(from) >= 0
  );
  assertEquals(wrong, []);
});

Deno.test("no import goes round in a circle", async () => {
  const targets = Map.groupBy(await edges(), ({ from }) => from);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) assertEquals([...path.slice(path.indexOf(file)), file], []);
    if (done.has(file)) return;
    for (const { to } of targets.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
});

Deno.test("only main.ts touches environment, server, cron and exit code", async () => {
  const wrong: string[] = [];
  for (const file of new Set((await edges()).flatMap(({ from, to }) => [from, to]))) {
    if (file === "main.ts" || !file.startsWith("lib/")) continue;
    const text = await Deno.readTextFile(file);
    if (/Deno\.(env|cron|exit)\b/.test(text)) wrong.push(file);
  }
  assertEquals(wrong, []);
});
