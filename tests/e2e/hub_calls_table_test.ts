import { assert, assertEquals } from "@std/assert";
import { countCalls } from "../../bench/calls.ts";
import { operations } from "../../lib/ops/mod.ts";

interface Row {
  readonly requests: number;
  readonly api: number;
  readonly resolvers: number;
  readonly cas: number;
  /** Where the figure depends on the content: from this to `cas`. */
  readonly leastCas: number;
}

/** The rows of the table by what was done; the same may be in it twice, with the same figures. */
async function documented(): Promise<ReadonlyMap<string, Row>> {
  const text = await Deno.readTextFile(new URL("../../docs/hub-calls.md", import.meta.url));
  const line = /^\| (.+?) \| (\d+) \| (\d+) \| (\d+) \| (?:(\d+)–)?(\d+) \|/gm;
  return new Map([...text.matchAll(line)].map(([, step = "", ...figures]) => {
    const [requests = NaN, api = NaN, resolvers = NaN, least, cas = NaN] = figures
      .map((figure) => figure === undefined ? undefined : Number(figure));
    return [step, { requests, api, resolvers, cas, leastCas: least ?? cas }];
  }));
}

Deno.test("each operation makes the calls that the documentation says", async () => {
  const table = await documented();
  for (const { step, requests, api, resolvers, cas } of await countCalls()) {
    const row = table.get(step);
    if (row !== undefined && step.endsWith("at a time")) {
      // How many share a call depends on their arrival.
      assert(api <= row.api && cas <= row.cas && resolvers === 0, `${step}: ${api} and ${cas}`);
    } else {
      const { cas: most = NaN, leastCas = NaN, ...rest } = row ?? {};
      assertEquals({ requests, api, resolvers }, rest, step);
      assert(cas >= leastCas && cas <= most, `${step}: ${cas} calls of the CAS`);
    }
  }
});

Deno.test("every served operation is in the table", async () => {
  const steps = [...(await documented()).keys()];
  const missing = Object.keys(operations).filter((name) =>
    !steps.some((step) =>
      step === name || step.startsWith(`${name} `) || step.startsWith(`${name},`)
    )
  );
  assertEquals(missing, []);
});
