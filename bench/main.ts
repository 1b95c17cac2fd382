/**
 * The benches: ratios and counts of one run, as tables.
 *
 *     deno task bench [--only throughput|memory|responsiveness|native|multipart|dedup|calls|small|quota|listings|start] [--size 256MiB]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type CallCount, countCalls } from "./calls.ts";
import { measureDedup, type Moved } from "./dedup.ts";
import { measureListings } from "./listings.ts";
import { measureMemory, type MemoryResult } from "./memory.ts";
import { measureMultipart, type MultipartResult } from "./multipart.ts";
import { measureNative, type NativeResult } from "./native.ts";
import { measureResponsiveness, type ResponsivenessResult } from "./responsiveness.ts";
import { measureQuota } from "./quota.ts";
import { measureSmall } from "./small.ts";
import { measureStart } from "./start.ts";
import type { Table } from "./table.ts";
import { type KindResult, measureThroughput, type ThroughputResult } from "./throughput.ts";

const KIB = 1024;
const MIB = KIB * 1024;
const GIB = MIB * 1024;
/** Of an upload. */
const MAX_PARTS = 10_000;
const UNITS: Readonly<Record<string, number>> = { "": 1, KIB, MIB, GIB };
const SECTIONS = [
  "throughput",
  "memory",
  "responsiveness",
  "native",
  "multipart",
  "dedup",
  "calls",
  "small",
  "quota",
  "listings",
  "start",
];
/** The most that one PUT takes. */
const MAX_PUT = 5 * GIB;
const MAX_SIZE = 10 * GIB;
/** A run that takes longer hangs. */
const LIMIT_MS = 30 * 60 * 1000;

const { only, size } = parseCommandLine();
const stop = new AbortController();
const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(LIMIT_MS)]);
const interrupted = () => stop.abort(new DOMException("The bench was interrupted", "AbortError"));
Deno.addSignalListener("SIGINT", interrupted);
try {
  console.log(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores\n`);
  if (wants("throughput")) {
    const bytes = Math.min(size ?? GIB, MAX_PUT);
    showThroughput(bytes, await measureThroughput(bytes, signal));
  }
  if (wants("memory")) {
    const large = size ?? 2 * GIB;
    const parts = Math.min(MAX_PARTS, Math.ceil(large / MIB));
    const results: MemoryResult[] = [];
    await inDirectory((path) =>
      measureMemory({ large, parts }, path, signal, (result) => {
        console.error(`${result.name}: ${mebibytes(result.peak)} MiB`);
        results.push(result);
      })
    );
    showMemory(large, results);
  }
  if (wants("dedup")) {
    const bytes = Math.min(size ?? GIB, MAX_PUT);
    showDedup(bytes, await inDirectory((path) => measureDedup(bytes, path, signal)));
  }
  if (wants("responsiveness")) {
    showResponsiveness(await measureResponsiveness(Math.min(size ?? GIB, MAX_PUT), signal));
  }
  if (wants("multipart")) {
    const parts = Math.ceil((size ?? 2 * GIB) / (8 * MIB));
    showMultipart(await inDirectory((path) => measureMultipart(parts, path, signal)));
  }
  if (wants("native")) {
    const bytes = Math.min(size ?? GIB, MAX_PUT);
    showNative(bytes, await inDirectory((path) => measureNative(bytes, path, signal)));
  }
  if (wants("calls")) showCalls(await countCalls());
  if (wants("small")) showTables(await measureSmall(signal));
  if (wants("quota")) showTables(await measureQuota(signal));
  if (wants("listings")) {
    showTables(await inDirectory((path) => measureListings(path, signal)));
  }
  if (wants("start")) {
    showTables(await inDirectory((path) => measureStart(path, signal)));
  }
} finally {
  Deno.removeSignalListener("SIGINT", interrupted);
}

function wants(section: string): boolean {
  signal.throwIfAborted();
  return only === undefined || only === section;
}

/** Runs something with a directory that is gone afterwards. */
async function inDirectory<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempDir({ prefix: "hugbucket-bench-" });
  try {
    return await work(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

function parseCommandLine() {
  const { values } = parseArgs({
    args: Deno.args,
    options: { only: { type: "string" }, size: { type: "string" } },
  });
  if (values.only !== undefined && !SECTIONS.includes(values.only)) {
    throw new TypeError(`--only is one of ${SECTIONS.join(", ")}`);
  }
  return {
    only: values.only,
    size: values.size === undefined ? undefined : parseSize(values.size),
  };
}

function parseSize(text: string): number {
  const { digits = "", unit = "" } = /^(?<digits>\d{1,12}) ?(?<unit>\w*)$/.exec(text)?.groups ?? {};
  const size = Number(digits) * (UNITS[unit.toUpperCase()] ?? 0);
  if (size < 1 || size > MAX_SIZE) {
    throw new TypeError("--size is a number of bytes up to 10GiB, such as 256MiB");
  }
  return size;
}

function showThroughput(size: number, { kinds, relayPut, relayGet }: ThroughputResult): void {
  const up = ({ kind, put, engine }: KindResult) => [
    `PUT ${kind}`,
    put.megabytesPerSecond.toFixed(0),
    ratio(put.megabytesPerSecond, relayPut.megabytesPerSecond),
    put.cpu.toFixed(2),
    `${relayPut.cpu.toFixed(2)} + ${engine.toFixed(2)}`,
    ratio(put.cpu, relayPut.cpu + engine),
  ];
  const down = ({ kind, reads }: KindResult) =>
    reads.filter(({ streams }) => streams === 1).map(({ gateway: get }) => [
      `GET ${kind}`,
      get.megabytesPerSecond.toFixed(0),
      ratio(get.megabytesPerSecond, relayGet.megabytesPerSecond),
      get.cpu.toFixed(2),
      relayGet.cpu.toFixed(2),
      ratio(get.cpu, relayGet.cpu),
    ]);
  const relay = (name: string, { megabytesPerSecond, cpu }: typeof relayPut) => [
    name,
    megabytesPerSecond.toFixed(0),
    "1.00",
    cpu.toFixed(2),
    cpu.toFixed(2),
    "1.00",
  ];
  showTable(`Throughput, one stream of ${sizeText(size)}`, [
    ["", "MB/s", "÷ relay", "CPU ns/B", "floor ns/B", "÷ floor"],
    ...kinds.map(up),
    relay("PUT through a bare relay", relayPut),
    ...kinds.flatMap(down),
    relay("GET through a bare relay", relayGet),
  ]);
  showTable(`GET against a bare relay of the same objects from the same hub, best of three`, [
    ["", "MB/s", "relay MB/s", "÷ relay", "CPU ns/B", "relay ns/B"],
    ...kinds.flatMap(({ reads }) => reads).map(({ kind, streams, gateway, relay }) => [
      streams === 1 ? `${kind}, ${sizeText(size)}` : `${kind}, ${streams} at once, as much in all`,
      gateway.megabytesPerSecond.toFixed(0),
      relay.megabytesPerSecond.toFixed(0),
      ratio(gateway.megabytesPerSecond, relay.megabytesPerSecond),
      gateway.cpu.toFixed(2),
      relay.cpu.toFixed(2),
    ]),
  ]);
  const stored = kinds.map(({ kind, stored }) => `${kind} ${stored.toFixed(2)}`);
  console.log(`Stored bytes per byte: ${stored.join(", ")}\n`);
}

function showMemory(size: number, results: readonly MemoryResult[]): void {
  showTable(`Peak RSS, an object of ${sizeText(size)}, budget 128 MiB`, [
    ["", "GiB moved", "seconds", "peak RSS, MiB"],
    ...results.map(({ name, moved, seconds, peak }) => [
      name,
      (moved / GIB).toFixed(1),
      seconds.toFixed(0),
      mebibytes(peak),
    ]),
  ]);
}

function showResponsiveness({ uploads, probes }: ResponsivenessResult): void {
  const columns = ["median", "p99", `with ${uploads} uploads: median`, "p99", "÷ idle p99"];
  showTable("Requests one after the other, milliseconds", [
    ["", ...columns],
    ...probes.map(({ name, idle, busy }) => [
      name,
      ...[idle.median, idle.p99, busy.median, busy.p99].map((ms) => ms.toFixed(1)),
      ratio(busy.p99, idle.p99),
    ]),
  ]);
}

function showMultipart({ complete, hashes }: MultipartResult): void {
  const { parts, size, sent, read, calls, seconds, bareSeconds } = complete;
  showTable(`CompleteMultipartUpload of ${parts} parts of 8 MiB`, [
    ["", ""],
    ["sent ÷ size", `${(100 * sent / size).toFixed(2)} %`],
    ["read ÷ size", `${(100 * read / size).toFixed(2)} %`],
    ["calls", Object.entries(calls).map(([name, n]) => `${n} ${name}`).join(", ")],
    ["seconds", seconds.toFixed(2)],
    ["the same requests by a bare client", bareSeconds.toFixed(2)],
    ["÷", ratio(seconds, bareSeconds)],
  ]);
  if (typeof hashes === "string") {
    console.log(`No Xet hashes to compare with: ${hashes}\n`);
    return;
  }
  showTable("Xet hash of an object in parts, one sent twice, last one first", [
    ["", "as hf_xet's"],
    ...hashes.map(({ name, equal }) => [name, equal ? "equal" : "DIFFERENT"]),
  ]);
}

function showNative(size: number, results: readonly NativeResult[] | string): void {
  if (typeof results === "string") {
    console.log(`No comparison with hf_xet: ${results}\n`);
    return;
  }
  const perByte = (seconds: number) => (seconds * 1e9 / size).toFixed(2);
  showTable(`Uploads of ${sizeText(size)}, the gateway ÷ hf_xet`, [
    ["", "CPU ns/B", "hf_xet", "÷", "seconds", "hf_xet", "÷"],
    ...results.map(({ kind, atOnce, gateway, native }) => [
      `${kind}, ${atOnce} at a time`,
      perByte(gateway.cpu),
      perByte(native.cpu),
      ratio(gateway.cpu, native.cpu),
      gateway.wall.toFixed(2),
      native.wall.toFixed(2),
      ratio(gateway.wall, native.wall),
    ]),
  ]);
}

function showDedup(size: number, steps: readonly Moved[]): void {
  const percent = (part: number, whole: number) => `${(100 * part / whole).toFixed(2)} %`;
  showTable(`Bytes moved to and from the CAS, an object of ${sizeText(size)}`, [
    ["", "sent ÷ size", "read ÷ size", "queries", "checks", "CAS calls"],
    ...steps.map(({ step, size, sent, read, queries, checks, calls }) => [
      step,
      percent(sent, size),
      percent(read, size),
      ...[queries, checks, calls].map(String),
    ]),
  ]);
}

function showCalls(counts: readonly CallCount[]): void {
  showTable("Calls to the Hub and the CAS", [
    ["", "requests", "Hub API", "resolver", "CAS", "which"],
    ...counts.map(({ step, requests, api, resolvers, cas, endpoints }) => [
      step,
      ...[requests, api, resolvers, cas].map(String),
      Object.entries(endpoints).map(([name, n]) => n === 1 ? name : `${n} ${name}`).join(", "),
    ]),
  ]);
}

function showTables(tables: readonly Table[]): void {
  for (const { title, rows } of tables) showTable(title, rows);
}

/** Prints rows as a Markdown table; the first names the columns. */
function showTable(title: string, rows: readonly (readonly string[])[]): void {
  const [head = [], ...body] = rows;
  const line = head.map((_, column) => column === 0 ? "---" : "---:");
  console.log(`${title}\n`);
  for (const row of [head, line, ...body]) console.log(`| ${row.join(" | ")} |`);
  console.log();
}

function ratio(value: number, floor: number): string {
  return (value / floor).toFixed(2);
}

function mebibytes(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}

function sizeText(bytes: number): string {
  const [unit, length] = bytes % GIB === 0
    ? ["GiB", GIB]
    : bytes % MIB === 0
    ? ["MiB", MIB]
    : ["bytes", 1];
  return `${bytes / length} ${unit}`;
}
