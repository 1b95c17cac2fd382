import { assertEquals } from "@std/assert";
import { crc64nvme } from "../../../lib/xet/engine/mod.ts";
import { openStorage } from "../../../lib/embedded_hub/storage/open_storage.ts";
import { chunkData, fileOf, makeShard, makeXorb, recordOf } from "./made_content.ts";
import { json, startCas, type StartedCas } from "./start_cas.ts";

const XORB = makeXorb(chunkData(1, [70_000, 80_000, 90_000]));

/** Sends half of a request's body and closes the connection. */
async function sendHalf(
  cas: StartedCas,
  method: string,
  url: string,
  body: Uint8Array,
): Promise<void> {
  const { hostname, port, pathname, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `${method} ${pathname} HTTP/1.1\r\nHost: ${host}\r\n` +
    `Authorization: Bearer ${cas.writeToken}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const half = new Uint8Array([
    ...new TextEncoder().encode(head),
    ...body.subarray(0, body.length / 2),
  ]);
  for (let at = 0; at < half.length;) at += await connection.write(half.subarray(at));
  await new Promise((resolve) => setTimeout(resolve, 20));
  connection.close();
}

/** Waits until there are no unfinished uploads. */
async function nothingUnfinished(directory: string): Promise<void> {
  for (let left = 1; left > 0;) {
    left = [...Deno.readDirSync(`${directory}/tmp`)].length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("uploads that break off leave nothing, are no failure of the CAS, and can be repeated", async () => {
  const directory = await Deno.makeTempDir();
  {
    await using cas = startCas({}, openStorage(directory));
    const path = `/v1/xorbs/default/${XORB.hash}`;
    await sendHalf(cas, "POST", cas.url + path, XORB.body);
    await nothingUnfinished(directory);
    assertEquals((await cas.send("HEAD", path)).status, 404);

    const value = String(crc64nvme(XORB.body, 0n));
    const checksum = { algo: "crc64nvme", value };
    const granted = await json(
      cas.send("POST", `/v1/xorb-grants/default/${XORB.hash}`, {
        body: JSON.stringify({ length: XORB.body.length, checksum }),
      }),
      201,
    ) as { readonly id: string; readonly url: string }; // the answer's shape is grants' own test
    await sendHalf(cas, "PUT", granted.url, XORB.body);
    await nothingUnfinished(directory);
    const commit = `/v1/xorb-commits/default/${XORB.hash}/grant/${granted.id}`;
    const status = async (method: string, path: string, body?: Uint8Array<ArrayBuffer>) => {
      const answer = await cas.send(method, path, body && { body });
      await answer.body?.cancel();
      return answer.status;
    };
    assertEquals(await status("POST", commit), 404);
    assertEquals(await status("PUT", granted.url, XORB.body), 200);
    assertEquals(await status("POST", commit), 200);

    const file = fileOf([[XORB]]);
    const shard = makeShard([file], [recordOf(XORB)]);
    await sendHalf(cas, "POST", `${cas.url}/v1/shards`, shard);
    await sendHalf(cas, "POST", `${cas.url}/v2/shards`, shard);
    assertEquals(cas.cas.file(file.hash), undefined);
    await json(cas.send("POST", "/v1/shards", { body: shard }));
    assertEquals(await new Response(cas.cas.readFile(file.hash)).bytes(), file.bytes);
    assertEquals(cas.errors, []);
  }
  await Deno.remove(directory, { recursive: true });
});
