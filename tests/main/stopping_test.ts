import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assert, assertEquals } from "@std/assert";
import { BucketClient } from "../../lib/buckets/mod.ts";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createBucket, endpointOf, inDirectory, NET_AND_ENV, start } from "../support/run_main.ts";

/** Writes more than the sockets in between hold, so that the gateway must be reading. */
async function writeUntilRead(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  for (let i = 0; i < 24; i++) await writer.write(new Uint8Array(1 << 20));
}

Deno.test("SIGTERM finishes the request under way, then ends", async () => {
  const hub = await createEmbeddedHub();
  const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url };
  const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, NET_AND_ENV);
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/slow`);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const answer = fetch(`${url}/slow/key`, { method: "PUT", body: readable });
  const writer = writable.getWriter();
  await writeUntilRead(writer);
  gateway.child.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await writer.write(new Uint8Array(100_000));
  await writer.close();
  const response = await answer;
  assertEquals([response.status, await response.text()], [200, ""]);
  assertEquals((await gateway.end()).code, 0);
  await hub.close();
});

Deno.test("a gateway that is stopped says so first, and serves until its delay is over", async () => {
  const hub = await createEmbeddedHub();
  const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, HUGBUCKET_SHUTDOWN_DELAY: "5" };
  const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, NET_AND_ENV);
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/drained`);
  const statusOf = async (path: string) => {
    const response = await fetch(url + path);
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await statusOf("/-/ready"), 200);
  gateway.child.kill("SIGTERM");
  while (await statusOf("/-/ready") === 200) await new Promise((done) => setTimeout(done, 20));
  assertEquals([await statusOf("/-/health"), await statusOf("/drained")], [200, 200]);
  assertEquals((await gateway.end()).code, 0);
  await hub.close();
});

Deno.test("a commit that is under way when the grace time ends is not cut off", async () => {
  const hub = await createEmbeddedHub();
  const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, HUGBUCKET_SHUTDOWN_GRACE: "1" };
  const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, NET_AND_ENV);
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/flushed`);
  hub.switches.latency.set("hub.batch", 3000);
  hub.counters.reset();
  const answer = fetch(`${url}/flushed/key`, { method: "PUT", body: "bytes" }).then(
    (response) => response.body?.cancel(),
    () => {},
  );
  while (hub.counters.of("hub.batch").calls === 0) {
    await new Promise((done) => setTimeout(done, 20));
  }
  gateway.child.kill("SIGTERM");
  assertEquals((await gateway.end()).code, 0);
  await answer;
  const client = new BucketClient({ token: hub.token, endpoint: hub.url });
  const files = await Array.fromAsync(client.listTree("flushed"));
  assertEquals(files.map(({ path }) => path), ["key"]);
  await client.close();
  await hub.close();
});

Deno.test("Ctrl-C on the start task finishes the request under way", () =>
  inDirectory(async (directory) => {
    // A group of its own, to which a terminal sends the signal: the task runner gets it and passes it on.
    const child = new Deno.Command("setsid", {
      args: [Deno.execPath(), "task", "start"],
      env: {
        HF_TOKEN: "",
        AWS_ACCESS_KEY_ID: "key",
        AWS_SECRET_ACCESS_KEY: "secret",
        HUGBUCKET_PORT: "0",
        HUGBUCKET_HUB_PORT: "0",
        HUGBUCKET_DATA_DIR: directory,
      },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (endpointOf(text) === "") {
      const { value, done } = await reader.read();
      assert(!done, text);
      text += value;
    }
    const s3 = new S3Client({
      endpoint: endpointOf(text),
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    });
    await s3.send(new CreateBucketCommand({ Bucket: "slow" }));
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: "slow", Key: "key" }));
    const answer = fetch(url, { method: "PUT", body: readable });
    const writer = writable.getWriter();
    await writeUntilRead(writer);
    Deno.kill(-child.pid, "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 150));
    // However the two arrive: one more that comes apart from them is the terminal's, too.
    Deno.kill(-child.pid, "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 150));
    await writer.write(new Uint8Array(100_000));
    await writer.close();
    const response = await answer;
    assertEquals([response.status, await response.text()], [200, ""]);
    await child.status;
    while (!(await reader.read()).done);
    s3.destroy();
  }));
