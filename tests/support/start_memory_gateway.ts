import { S3Client } from "@aws-sdk/client-s3";
import { memoryGateway } from "./memory_gateway.ts";
import type { MemoryStore } from "./memory_store.ts";

/** The pair that it knows. */
export const CREDENTIAL = { accessKeyId: "TESTKEY", secretAccessKey: "test-secret" };

/** A gateway on a port of its own, and a client that signs for it. */
export function startMemoryGateway(store?: MemoryStore) {
  const gateway = memoryGateway(CREDENTIAL, store);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, automaticCompression: false, onListen() {} },
    gateway.handler,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const client = new S3Client({
    endpoint: url,
    region: "us-east-1",
    credentials: CREDENTIAL,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return {
    ...gateway,
    url,
    client,
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.shutdown();
    },
  };
}
