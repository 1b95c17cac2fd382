/** Pages of buckets with a million keys: calls to the Hub, time, and the gateway's memory. */

import { createEmbeddedHub, type EmbeddedHub } from "../lib/create_embedded_hub.ts";
import { openFileTable } from "../lib/embedded_hub/hub/file_table.ts";
import { transaction } from "../lib/embedded_hub/storage/database.ts";
import { openStorage } from "../lib/embedded_hub/storage/open_storage.ts";
import { call } from "./client.ts";
import { type ServerProcess, startGateway } from "./processes.ts";
import type { Table } from "./table.ts";

const KEYS = 1_000_000;
const EMPTY_FILE = "0".repeat(64);

interface Tree {
  readonly bucket: string;
  readonly shape: string;
  readonly key: (index: number) => string;
  /** A prefix with a part of the keys. */
  readonly prefix: string;
}

const digits = (value: number, length: number): string => String(value).padStart(length, "0");

const TREES: readonly Tree[] = [
  { bucket: "flat", shape: "flat", key: (i) => `key-${digits(i, 7)}`, prefix: "key-05" },
  {
    bucket: "deep",
    shape: "100 × 100 × 100",
    key: (i) => digits(i, 6).replace(/(..)(..)(..)/, "a$1/b$2/c$3"),
    prefix: "a50/",
  },
  { bucket: "single", shape: "one directory", key: (i) => `dir/${digits(i, 7)}`, prefix: "dir/" },
];

/**
 * Lists buckets of a million keys, each from a gateway that has not seen them before.
 *
 * @param directory For the hub's data.
 * @param signal Ends it.
 */
export async function measureListings(
  directory: string,
  signal: AbortSignal,
): Promise<readonly Table[]> {
  await fill(directory);
  const hub = await createEmbeddedHub({ directory });
  try {
    const rows: string[][] = [];
    for (const tree of TREES) {
      await using gateway = await startGateway(hub);
      rows.push(...await listTree({ hub, gateway, tree, signal }));
    }
    return [{
      title: `Pages of 1,000 keys of ${KEYS.toLocaleString("en")}`,
      rows: [["", "keys", "Hub calls", "ms", "gateway RSS, MiB"], ...rows],
    }];
  } finally {
    await hub.close();
  }
}

/** Makes the buckets as the Hub does, and puts the files below its API, since a million calls take hours. */
async function fill(directory: string): Promise<void> {
  const hub = await createEmbeddedHub({ directory });
  for (const { bucket } of TREES) {
    const response = await fetch(`${hub.url}/api/buckets/local/${bucket}`, {
      method: "POST",
      headers: { authorization: `Bearer ${hub.token}` },
    });
    await response.body?.cancel();
  }
  await hub.close();
  const storage = openStorage(directory);
  const files = openFileTable(storage.database);
  const ids = storage.database.prepare("SELECT id FROM hub_buckets WHERE name = ?");
  for (const { bucket, key } of TREES) {
    const id = Number(ids.get(bucket)?.["id"]);
    transaction(storage.database, () => {
      for (let i = 0; i < KEYS; i++) {
        files.put(id, {
          path: key(i),
          xetHash: EMPTY_FILE,
          size: 0,
          uploadedAt: 0,
          mtime: undefined,
          contentType: undefined,
        });
      }
    });
  }
  storage.close();
}

interface Site {
  readonly hub: EmbeddedHub;
  readonly gateway: ServerProcess;
  readonly tree: Tree;
  readonly signal: AbortSignal;
}

async function listTree(site: Site): Promise<string[][]> {
  const { gateway, tree, signal } = site;
  await call("HEAD", `${gateway.url}/${tree.bucket}`, { signal });
  const rows: string[][] = [];
  const list = async (name: string, query: Record<string, string>) => {
    const { row, next } = await listPage(site, name, query);
    rows.push(row);
    return next ?? "";
  };
  const second = await list("first page", {});
  await list("second page, by token", { "continuation-token": second });
  const middle = await list("middle, by start-after of an unknown key", {
    "start-after": tree.key(KEYS / 2 + 234),
  });
  await list("the page after it, by token", { "continuation-token": middle });
  await list("near the end, by start-after of an unknown key", {
    "start-after": tree.key(KEYS - 50_766),
  });
  await list("by prefix, in the middle", { prefix: tree.prefix });
  await list("root level, with delimiter", { delimiter: "/" });
  if (tree.prefix.endsWith("/")) {
    await list(`level of ${tree.prefix}, with delimiter`, { delimiter: "/", prefix: tree.prefix });
  }
  return rows;
}

async function listPage(
  { hub, gateway, tree, signal }: Site,
  name: string,
  query: Record<string, string>,
) {
  hub.counters.reset();
  const start = performance.now();
  const search = new URLSearchParams({ "list-type": "2", ...query });
  const response = await fetch(`${gateway.url}/${tree.bucket}?${search}`, { signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`${name}: ${response.status} ${text}`);
  const ms = performance.now() - start;
  const next = /<NextContinuationToken>(?<token>[^<]+)</.exec(text)?.groups?.["token"];
  const row = [
    `${tree.shape}: ${name}`,
    /<KeyCount>(?<count>\d+)</.exec(text)?.groups?.["count"] ?? "",
    String(hub.counters.of("hub").calls),
    ms.toFixed(0),
    (gateway.rss() / 2 ** 20).toFixed(0),
  ];
  return { row, next };
}
