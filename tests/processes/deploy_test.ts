import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { PROGRAM } from "../support/program.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { type GatewayProcess, startProcessCourse } from "./gateways.ts";

const PAIR = { accessKeyId: "key", secretAccessKey: "secret" };

/** As on Deno Deploy: no disk, the KV that belongs to the place, nothing set but what has to be. */
const deployed = (location: string, env: Readonly<Record<string, string>> = {}) => ({
  disk: [],
  flags: ["--location", location],
  env: { DENO_DEPLOY: "true", HUGBUCKET_KV: "", HUGBUCKET_HOST: "127.0.0.1", ...env },
});

/** The KV of a place outlives its processes: it is in a directory that is named by the place's hash. */
async function removeKv(location: string): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir }: { denoDir: string } = JSON.parse(new TextDecoder().decode(stdout));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(location));
  const name = new Uint8Array(hash).toHex();
  await Deno.remove(`${denoDir}/location_data/${name}`, { recursive: true });
}

const clientOf = ({ url }: GatewayProcess): S3Client =>
  new S3Client({ endpoint: url, region: "us-east-1", forcePathStyle: true, credentials: PAIR });

Deno.test("processes without a disk that share a KV are one gateway, while they come and go", {
  // A bundle has no KV.
  ignore: PROGRAM !== "main.ts",
}, async () => {
  const location = `http://${crypto.randomUUID()}.localhost`;
  const options = deployed(location, {
    AWS_ACCESS_KEY_ID: PAIR.accessKeyId,
    AWS_SECRET_ACCESS_KEY: PAIR.secretAccessKey,
  });
  {
    await using course = await startProcessCourse();
    const running = [await course.start(options), await course.start(options)];
    const clients = running.map(clientOf);
    let turn = 0;
    const next = (): S3Client => {
      const client = clients[turn++ % 2];
      assert(client !== undefined);
      return client;
    };
    const target = { Bucket: "bucket", Key: "big" };
    await next().send(new CreateBucketCommand({ Bucket: "bucket" }));
    const { UploadId } = await next().send(new CreateMultipartUploadCommand(target));
    const bodies = [1, 2, 3].map((seed) => randomBytes(5 * 1024 * 1024, seed));
    const Parts = [];
    for (const [at, Body] of bodies.entries()) {
      const part = { PartNumber: at + 1 };
      const { ETag } = await next().send(
        new UploadPartCommand({ ...target, ...part, UploadId, Body }),
      );
      Parts.push({ ...part, ETag });
      // One goes, at random, and another comes.
      const gone = Math.floor(Math.random() * 2);
      await running[gone]?.kill();
      clients[gone]?.destroy();
      running[gone] = await course.start(options);
      clients[gone] = clientOf(running[gone]);
    }
    const complete = { ...target, UploadId, MultipartUpload: { Parts } };
    const answers = await Promise.all(
      [1, 2].map(() => next().send(new CompleteMultipartUploadCommand(complete))),
    );
    assertEquals(answers[0]?.ETag, answers[1]?.ETag);
    for (const client of [next(), next()]) {
      const { Body } = await client.send(new GetObjectCommand(target));
      const bytes = await Body?.transformToByteArray();
      assertEquals(bytes, new Uint8Array(await new Blob(bodies).arrayBuffer()));
    }
    const writes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, at) =>
        next().send(
          new PutObjectCommand({ Bucket: "bucket", Key: "one", Body: `${at}`, IfNoneMatch: "*" }),
        )),
    );
    assertEquals(writes.filter(({ status }) => status === "fulfilled").length, 1);
    running[0]?.child.kill("SIGINT");
    assertEquals((await running[0]?.child.status)?.code, 0);
    for (const client of clients) client.destroy();
  }
  await removeKv(location);
});

Deno.test("on Deno Deploy every request is refused until there is a key pair", {
  // A bundle has no KV, without which no gateway starts as on Deno Deploy.
  ignore: PROGRAM !== "main.ts",
}, async () => {
  const location = `http://${crypto.randomUUID()}.localhost`;
  {
    await using course = await startProcessCourse();
    const gateway = await course.start(deployed(location));
    const client = clientOf(gateway);
    const signed = client.send(new CreateBucketCommand({ Bucket: "bucket" }));
    const { $metadata } = await assertRejects(() => signed, S3ServiceException);
    client.destroy();
    const anonymous = await fetch(`${gateway.url}/bucket`, { method: "PUT" });
    await anonymous.body?.cancel();
    assertEquals([$metadata.httpStatusCode, anonymous.status], [403, 403]);
    assertEquals(anonymous.headers.get("deno-cdn-cache-control"), "no-store");
  }
  await removeKv(location);
});
