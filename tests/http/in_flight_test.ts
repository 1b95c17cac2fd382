import { assertEquals } from "@std/assert";
import { InFlight } from "../../lib/http/in_flight.ts";

const OPTIONS = { hostname: "127.0.0.1", port: 0, onListen() {} };

Deno.test("finish() waits for a body that is still arriving and refuses new requests", async () => {
  const requests = new InFlight();
  const arrived = Promise.withResolvers<void>();
  const server = Deno.serve(
    OPTIONS,
    requests.wrap(async (request) => {
      arrived.resolve();
      return new Response(await request.text());
    }, () => new Response("stopping", { status: 503 })),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const answer = fetch(url, { method: "POST", body: readable });
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode("first "));
  await arrived.promise;
  const finished = requests.finish();
  const refused = await fetch(url);
  assertEquals([refused.status, await refused.text()], [503, "stopping"]);
  await writer.write(new TextEncoder().encode("second"));
  await writer.close();
  assertEquals(await (await answer).text(), "first second");
  await finished;
  await server.shutdown();
});

Deno.test("finish() resolves at once when nothing is under way, also after failures", async () => {
  const requests = new InFlight();
  const server = Deno.serve(
    { ...OPTIONS, onError: () => new Response("failed", { status: 500 }) },
    requests.wrap(() => Promise.reject(new Error("broken")), () => new Response()),
  );
  const answer = await fetch(`http://127.0.0.1:${server.addr.port}`);
  assertEquals([answer.status, await answer.text()], [500, "failed"]);
  assertEquals(await requests.finish(), true);
  assertEquals(await requests.finish(1), true);
  await server.shutdown();
});

Deno.test("finish() does not wait longer than the time that it is given", async () => {
  const requests = new InFlight();
  const answer = Promise.withResolvers<Response>();
  const completed = Promise.withResolvers<void>();
  const handler = requests.wrap(() => answer.promise, () => new Response(null, { status: 503 }));
  const info = { completed: completed.promise, remoteAddr } as Deno.ServeHandlerInfo;
  const answered = handler(new Request("http://localhost"), info);
  assertEquals(await requests.finish(10), false);
  answer.resolve(new Response(null));
  await answered;
  completed.resolve();
  assertEquals(await requests.finish(10), true);
});

const remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
