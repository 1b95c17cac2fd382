import { assertEquals } from "@std/assert";
import type { Log, LogFacts } from "../../lib/log.ts";
import { type RunningGateway, startInnerGateway } from "../support/start_gateway.ts";

/** What another tool does: without a word to the gateway. */
async function deleteAtHub({ hub }: RunningGateway, path: string): Promise<void> {
  const answer = await fetch(`${hub.url}/api/buckets/local/swept/batch`, {
    method: "POST",
    headers: {
      "Authorization": `Bearer ${hub.token}`,
      "Content-Type": "application/x-ndjson",
    },
    body: JSON.stringify({ type: "deleteFile", path }),
  });
  assertEquals((await answer.json()).succeeded, 1);
}

/** The paths of all files, as other tools see them. */
async function pathsAtHub({ hub }: RunningGateway): Promise<readonly string[]> {
  const answer = await fetch(`${hub.url}/api/buckets/local/swept/tree?recursive=true`, {
    headers: { "Authorization": `Bearer ${hub.token}` },
  });
  const items: readonly { readonly path: string }[] = await answer.json();
  return items.map(({ path }) => path);
}

Deno.test("a gateway sweeps what it kept beside objects that other tools have deleted; what fails is logged", async () => {
  let now = Date.now();
  const lines: { readonly message: string; readonly facts: LogFacts | undefined }[] = [];
  const warning = (message: string, facts?: LogFacts) => void lines.push({ message, facts });
  const log: Log = { debug() {}, info() {}, warning, error: warning };
  await using running = await startInnerGateway({
    credentials: [],
    allowAnonymous: true,
    now: () => now,
    log,
  });
  const { url, hub, gateway } = running;
  const put = async (target: string, headers: Record<string, string>, body?: string) => {
    const answer = await fetch(`${url}/${target}`, { method: "PUT", headers, body: body ?? null });
    assertEquals([answer.status, await answer.text()], [200, ""]);
  };
  await put("swept", {});
  for (const key of ["kept", "gone"]) await put(`swept/${key}`, { "x-amz-meta-a": "b" }, key);
  await put("swept/plain", {}, "plain");
  await deleteAtHub(running, "gone");
  now += 7_200_000;
  const remove = hub.switches.faults.add({ endpoint: "hub.tree", status: 403 });
  assertEquals(await gateway.sweepSidecars(), 0);
  remove();
  assertEquals(lines.map(({ message, facts }) => [message, facts?.["hubBucket"]]), [
    ["sidecar sweep failed", "local/swept"],
  ]);
  assertEquals(await gateway.sweepSidecars(), 1);
  assertEquals(await pathsAtHub(running), ["kept", "plain", "~hugbucket/meta/kept"]);
  const head = await fetch(`${url}/swept/kept`, { method: "HEAD" });
  assertEquals(head.headers.get("x-amz-meta-a"), "b");
  assertEquals(lines.length, 1);
});
