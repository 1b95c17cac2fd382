/**
 * The bucket library for a script of another language: reads a list of calls from standard input, each
 * `[method, ...arguments]`, and writes the list of their results, all JSON.
 */

import { BucketClient } from "../../../mod.ts";

const client = new BucketClient({
  endpoint: Deno.env.get("HF_ENDPOINT") ?? "",
  token: Deno.env.get("HF_TOKEN") ?? "",
});

type Call = readonly [method: string, ...args: string[]];

async function run([method, a = "", b = "", c = ""]: Call): Promise<unknown> {
  switch (method) {
    case "create":
      return await client.create(a);
    case "info":
      return await client.info(a);
    case "list":
      return await Array.fromAsync(client.listTree(a));
    case "delete":
      return await client.delete(a);
    case "move":
      return await client.move(a, b);
    case "upload":
      return await client.uploadFile(a, b, c, {
        contentType: "text/x-test",
        mtime: 1_700_000_000_000,
      });
    case "uploadAll":
      return await client.batchFiles(a, { add: filesOf(b) });
    case "downloadAll":
      return await downloadAll(a, b);
    case "append":
      return await client.appendFile(a, b, new TextEncoder().encode(c));
    case "splice":
      return await client.spliceFile(a, b, { start: 10, end: 20 }, new TextEncoder().encode(c));
    case "copy":
      return await client.copyFiles(a, b);
    case "remove":
      return await client.batchFiles(a, { delete: [b] });
    default:
      throw new TypeError(`No call ${method}`);
  }
}

/** All files below a directory, under their relative paths. */
async function* filesOf(
  directory: string,
  prefix = "",
): AsyncGenerator<{ source: string; path: string }> {
  for await (const { name, isDirectory } of Deno.readDir(`${directory}/${prefix}`)) {
    const path = prefix + name;
    if (isDirectory) yield* filesOf(directory, `${path}/`);
    else yield { source: `${directory}/${path}`, path };
  }
}

async function downloadAll(bucket: string, directory: string): Promise<number> {
  let count = 0;
  for await (const item of client.listTree(bucket)) {
    if (item.type !== "file") continue;
    const target = `${directory}/${item.path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await client.downloadFileTo(bucket, item.path, target);
    count++;
  }
  return count;
}

const calls: readonly Call[] = JSON.parse(await new Response(Deno.stdin.readable).text());
const results: unknown[] = [];
for (const call of calls) results.push(await run(call) ?? null);
await client.close();
console.log(JSON.stringify(results));
