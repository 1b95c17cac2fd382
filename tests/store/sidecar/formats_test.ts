import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StoreError } from "../../../lib/errors/store_error.ts";
import { isBoundTo, META_FORMAT } from "../../../lib/store/sidecar/meta_format.ts";
import { PARTS_FORMAT } from "../../../lib/store/sidecar/parts_format.ts";
import { SETTINGS_FORMAT } from "../../../lib/store/sidecar/settings_format.ts";
import {
  readSidecar,
  type SidecarFormat,
  writeSidecar,
} from "../../../lib/store/sidecar/sidecar_format.ts";

const HASH = "0123456789abcdef".repeat(4);

const textOf = <T>(format: SidecarFormat<T>, value: T): string =>
  new TextDecoder().decode(writeSidecar(format, value));

const words = fc.string({ unit: "grapheme", maxLength: 12 });
const line = words.map((text) => text.replaceAll(/[\0\r\n]/g, ""));
const optional = fc.option(line, { nil: undefined });

/** Without the fields that are undefined. */
const defined = (value: object) =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));

Deno.test("a sidecar says again what was written, in the same order", () => {
  const attributes = fc.record({
    cacheControl: optional,
    contentDisposition: optional,
    contentEncoding: optional,
    contentLanguage: optional,
    expires: optional,
    websiteRedirectLocation: optional,
    metadata: fc.option(
      fc.uniqueArray(fc.tuple(line.filter((name) => name !== ""), words), {
        selector: ([name]) => name,
        minLength: 1,
      }).map((pairs) => Object.fromEntries(pairs)),
      { nil: undefined },
    ),
    tags: fc.option(fc.array(fc.record({ key: words, value: words }), { minLength: 1 }), {
      nil: undefined,
    }),
  }).map(defined);
  fc.assert(fc.property(attributes, fc.maxSafeInteger(), (attributes, mtime) => {
    const meta = { hash: HASH, mtime, attributes };
    assertEquals(readSidecar(META_FORMAT, textOf(META_FORMAT, meta)), meta);
  }));
});

Deno.test("the format of a sidecar is fixed", () => {
  assertEquals(
    textOf(META_FORMAT, {
      hash: HASH,
      mtime: 1_700_000_000_123,
      attributes: {
        expires: "0",
        metadata: { b: "1", a: "2" },
        tags: [{ key: "k", value: "v" }],
        checksum: { algorithm: "CRC32", value: "AAAAAA==", type: "FULL_OBJECT" },
      },
    }),
    `{"version":1,"hash":"${HASH}","mtime":1700000000123,"expires":"0","metadata":[["b","1"],["a","2"]],` +
      `"tags":[["k","v"]],"checksum":{"algorithm":"CRC32","value":"AAAAAA==","type":"FULL_OBJECT"}}`,
  );
  assertEquals(
    textOf(PARTS_FORMAT, {
      hash: HASH,
      parts: [{ partNumber: 1, size: 5 }, { partNumber: 3, size: 1, checksum: "x" }],
    }),
    `{"version":1,"hash":"${HASH}","parts":[[1,5],[3,1,"x"]]}`,
  );
});

Deno.test("fields of later versions are passed over, their documents are not", () => {
  const text = `{"version":1,"hash":"${HASH}","mtime":1,"expires":"0","color":"red"}`;
  assertEquals(readSidecar(META_FORMAT, text)?.attributes, { expires: "0" });
  assertEquals(readSidecar(META_FORMAT, text.replace('version":1', 'version":2')), undefined);
});

Deno.test("names that mean something to the language are names like others", () => {
  const metadata = Object.fromEntries([["__proto__", "x"], ["constructor", "y"]]);
  const meta = { hash: HASH, mtime: 1, attributes: { metadata } };
  const read = readSidecar(META_FORMAT, textOf(META_FORMAT, meta));
  assertEquals(Object.entries(read?.attributes.metadata ?? {}), Object.entries(metadata));
  assertEquals(Object.getPrototypeOf(read?.attributes.metadata), Object.prototype);
});

Deno.test("texts that are no documents are nothing", () => {
  const good = { version: 1, hash: HASH };
  const metas: unknown[] = [
    { ...good },
    { ...good, mtime: "1" },
    { ...good, mtime: 1.5 },
    { ...good, mtime: 1, hash: HASH.toUpperCase() },
    { ...good, mtime: 1, hash: "" },
    { ...good, mtime: 1, expires: 1 },
    { ...good, mtime: 1, expires: "a\nb" },
    { ...good, mtime: 1, metadata: [["a"]] },
    { ...good, mtime: 1, metadata: [["", "b"]] },
    { ...good, mtime: 1, metadata: [["a\r\nb", "b"]] },
    { ...good, mtime: 1, tags: [["a", "b", "c"]] },
    { ...good, mtime: 1, tags: "ab" },
    { ...good, mtime: 1, checksum: { algorithm: "CRC32", value: "x", type: "OTHER" } },
    { ...good, mtime: 1, expires: "\ud800" },
  ];
  const parts: unknown[] = [
    { ...good },
    { ...good, parts: [[0, 1]] },
    { ...good, parts: [[10_001, 1]] },
    { ...good, parts: [[2, 1], [2, 1]] },
    { ...good, parts: [[1, -1]] },
    { ...good, parts: [[1, 2 ** 60]] },
    { ...good, parts: [[1, 1, 1]] },
  ];
  const settings: unknown[] = [{}, { version: 1, cors: [{}] }, { version: 1, cors: {} }];
  for (const json of metas) assertEquals(readSidecar(META_FORMAT, JSON.stringify(json)), undefined);
  for (const json of parts) {
    assertEquals(readSidecar(PARTS_FORMAT, JSON.stringify(json)), undefined);
  }
  for (const json of settings) {
    assertEquals(readSidecar(SETTINGS_FORMAT, JSON.stringify(json)), undefined);
  }
  for (const text of ["", "{", "[]", "0", "\ufffd", "[".repeat(100_000)]) {
    for (const format of [META_FORMAT, PARTS_FORMAT, SETTINGS_FORMAT]) {
      assertEquals(readSidecar<unknown>(format, text), undefined);
    }
  }
  fc.assert(fc.property(fc.json(), (text) => {
    assertEquals(readSidecar(META_FORMAT, text), undefined);
  }));
});

Deno.test("what could not be read again is not written", () => {
  const meta = { hash: HASH, mtime: 1 };
  assertThrows(
    () => writeSidecar(META_FORMAT, { ...meta, attributes: { expires: "a\nb" } }),
    TypeError,
  );
  assertThrows(
    () => writeSidecar(PARTS_FORMAT, { hash: HASH, parts: [{ partNumber: 0, size: 1 }] }),
    TypeError,
  );
  const error = assertThrows(
    () => writeSidecar(META_FORMAT, { ...meta, attributes: { expires: "x".repeat(200_000) } }),
    StoreError,
  );
  assertEquals(error.kind, "too_large");
});

Deno.test("the most parts there can be fit", () => {
  const parts = Array.from({ length: 10_000 }, (_, i) => ({
    partNumber: i + 1,
    size: 5 * 2 ** 30,
    checksum: "x".repeat(44),
  }));
  const text = textOf(PARTS_FORMAT, { hash: HASH, parts });
  assertEquals(readSidecar(PARTS_FORMAT, text)?.parts.length, 10_000);
});

Deno.test("a sidecar is bound to content and time, whether or not the Hub cuts times to seconds", () => {
  const bound = (mtime: number | undefined, xetHash = HASH) =>
    isBoundTo({ hash: HASH, mtime: 1_700_000_000_123, attributes: {} }, {
      xetHash,
      mtime: mtime === undefined ? undefined : new Date(mtime),
    });
  assert(bound(1_700_000_000_123));
  assert(bound(1_700_000_000_000));
  assert(!bound(1_700_000_000_122));
  assert(!bound(1_700_000_001_000));
  assert(!bound(1_699_999_999_000));
  assert(!bound(undefined));
  assert(!bound(1_700_000_000_123, "0".repeat(64)));
});
