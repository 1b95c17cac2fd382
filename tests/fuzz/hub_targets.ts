import { HubError } from "../../lib/hub/hub_error.ts";
import { nextLink } from "../../lib/hub/link_header.ts";
import { waitFromHeaders } from "../../lib/hub/rate_limit.ts";
import { parseReply } from "../../lib/hub/reply.ts";
import {
  BatchSchema,
  BucketsSchema,
  FilesSchema,
  TreeSchema,
  WhoAmISchema,
  XetTokenSchema,
} from "../../lib/hub/wire.ts";
import { parseBatch } from "../../lib/embedded_hub/hub/batch_operations.ts";
import { readCursor } from "../../lib/embedded_hub/hub/cursor.ts";
import { HubError as EmbeddedHubError } from "../../lib/embedded_hub/hub/hub_error.ts";
import { parseJsonObject } from "../../lib/embedded_hub/hub/hub_request.ts";
import { META_FORMAT } from "../../lib/store/sidecar/meta_format.ts";
import { PARTS_FORMAT } from "../../lib/store/sidecar/parts_format.ts";
import { readSidecar } from "../../lib/store/sidecar/sidecar_format.ts";
import { ChunkList } from "../../lib/xet/hash/mod.ts";
import { recipeFromText, recipeToText } from "../../lib/xet/transfer/recipe_text.ts";
import { XetFormatError } from "../../lib/xet/error.ts";
import { bytesOf, type FuzzTarget, latin1, oneTakes, utf8 } from "./target.ts";

const HASH = "0123456789abcdef".repeat(4);
const ANSWERS = [
  [{ type: "file", path: "a/b", size: 5, xetHash: HASH, mtime: "2026-01-02T03:04:05.000Z" }],
  { type: "user", name: "a", orgs: [{ name: "o" }] },
  { accessToken: "t", exp: 1_900_000_000, casUrl: "https://cas.example" },
  { success: false, processed: 2, succeeded: 1, failed: [{ path: "a", error: "no" }] },
  [{ id: "a/b", private: true, createdAt: "2026-01-02T03:04:05.000Z", size: 1, totalFiles: 1 }],
];
const SCHEMAS = [TreeSchema, FilesSchema, WhoAmISchema, XetTokenSchema, BatchSchema, BucketsSchema];

const BATCH = [
  { type: "addFile", path: "a", xetHash: HASH, mtime: 1 },
  { type: "deleteFile", path: "b" },
  {
    type: "copyFile",
    path: "c",
    xetHash: HASH,
    sourceRepoType: "bucket",
    sourceRepoId: "a/b",
    mtime: 1,
  },
].map((line) => JSON.stringify(line) + "\n").join("");

/** A recipe of one chunk. */
function recipe(): string {
  const chunks = new ChunkList();
  chunks.push(new Uint8Array(32).fill(7), 5);
  const terms = [{ xorbHash: HASH, start: 0, end: 1, length: 5 }];
  return recipeToText({ hash: HASH, size: 5, terms, chunks });
}

/** What the Hub answers, what the embedded hub is sent, and what the gateway has kept there. */
export const HUB_TARGETS: readonly FuzzTarget[] = [
  {
    name: "JSON from the Hub",
    corpus: ANSWERS.map((answer) => bytesOf(JSON.stringify(answer))),
    words: ["null", "1e999", '"__proto__":', "[[[[", "-1", "9007199254740993", "\\ud800"],
    run: (input) => {
      const reply = { call: "GET /", status: 200, headers: new Headers(), text: utf8(input) };
      const readers = SCHEMAS.map((schema) => () => parseReply<unknown>(reply, schema));
      oneTakes(reply, readers, [HubError]);
    },
    errors: [HubError],
  },
  {
    name: "headers from the Hub",
    corpus: [
      '"api";r=0;t=55',
      '"fixed window";"api";q=1000;w=300',
      '<https://hub.example/api?cursor=x>; rel="next"',
      "120",
      "Sun, 06 Nov 1994 08:49:37 GMT",
    ].map(bytesOf),
    words: ['"', ";r=", ";t=", "99999999999", "<", ">", 'rel="next"'],
    run: (input) => {
      const headers = new Headers();
      for (const name of ["ratelimit", "ratelimit-policy", "retry-after", "link"]) {
        try {
          headers.set(name, latin1(input));
        } catch {
          return; // no client would let it through
        }
      }
      waitFromHeaders(headers, 0);
      nextLink(headers.get("link"));
    },
    errors: [HubError],
  },
  {
    name: "NDJSON and JSON for the embedded hub",
    corpus: [bytesOf(BATCH), bytesOf('{"paths":["a","b"]}')],
    words: ["\n", "null", '{"type":"addFile"}', "1e999", '"__proto__":'],
    run: (input) =>
      oneTakes(utf8(input), [parseBatch, parseJsonObject, readCursor], [EmbeddedHubError]),
    errors: [EmbeddedHubError],
  },
  {
    name: "sidecars and recipes",
    corpus: [
      bytesOf(recipe()),
      bytesOf(JSON.stringify({ version: 1, hash: HASH, mtime: 1, metadata: { a: "b" }, tags: [] })),
      bytesOf(JSON.stringify({ version: 1, hash: HASH, parts: [{ number: 1, size: 5 }] })),
    ],
    words: ["null", '"metadata":{', "1e999", '"__proto__":'],
    run: (input) => {
      readSidecar(META_FORMAT, utf8(input));
      readSidecar(PARTS_FORMAT, utf8(input));
      recipeFromText(latin1(input));
    },
    errors: [XetFormatError],
  },
];
