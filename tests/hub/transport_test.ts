import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubError, type HubErrorKind } from "../../lib/hub/hub_error.ts";
import { HubClient } from "../../lib/hub/hub_client.ts";
import { clientOf, startHub, startMuteServer, TOKEN } from "./scripted_hub.ts";

const WHO = { type: "user", name: "a" };
const REMOVE = { type: "deleteFile", path: "x" } as const;

/** What a call fails with. */
function failure(call: () => Promise<unknown>): Promise<HubError> {
  return assertRejects(call, HubError);
}

Deno.test("each error status has its kind, code, words and request id", async () => {
  const kinds: readonly (readonly [number, HubErrorKind, boolean])[] = [
    [400, "bad_request", false],
    [401, "unauthorized", false],
    [403, "forbidden", false],
    [404, "not_found", false],
    [408, "bad_request", true],
    [409, "conflict", false],
    [413, "too_large", false],
    [418, "bad_request", false],
    [422, "unprocessable", false],
    [429, "rate_limited", true],
    [500, "server_error", true],
    [501, "server_error", false],
    [503, "server_error", true],
  ];
  for (const [status, kind, retryable] of kinds) {
    await using hub = startHub(() =>
      Response.json({ error: "because" }, {
        status,
        headers: { "x-error-code": "SomeCode", "x-request-id": "r-1" },
      })
    );
    const error = await failure(() => clientOf(hub, { retry: { attempts: 1 } }).bucketInfo("a/b"));
    assertEquals(
      [error.status, error.kind, error.retryable, error.code, error.detail, error.requestId],
      [status, kind, retryable, "SomeCode", "because", "r-1"],
    );
    assertEquals(
      error.message,
      `The Hub answered ${status} SomeCode (because) to GET /api/buckets/a/b`,
    );
  }
});

Deno.test("an error page of a proxy is an error like any other", async () => {
  await using hub = startHub(() =>
    new Response("<html>", { status: 502, headers: { "x-amz-cf-id": "cf" } })
  );
  const error = await failure(() => clientOf(hub).whoAmI());
  assertEquals([error.status, error.detail, error.requestId], [502, undefined, "cf"]);
});

Deno.test("a token never gets into an error, even if the Hub quotes it", async () => {
  await using hub = startHub(() =>
    Response.json({ error: `bad token ${TOKEN}\r\n` }, {
      status: 401,
      headers: { "x-error-code": TOKEN },
    })
  );
  const error = await failure(() => clientOf(hub).whoAmI());
  assert(!Deno.inspect(error).includes(TOKEN));
  assertEquals(error.detail, "bad token *** ");
});

Deno.test("an answer of a wrong shape is an error that quotes nothing of it", async () => {
  const bodies = ["", "{", "[]", "null", '{"type":"user","name":["hf_leak"]}', '"hf_leak"'];
  for (const body of bodies) {
    await using hub = startHub(() => new Response(body));
    const error = await failure(() => clientOf(hub).whoAmI());
    assertEquals([error.kind, error.status, error.outcomeUnknown], ["malformed", 200, false]);
    assert(!Deno.inspect(error).includes("hf_leak"));
    assertEquals(hub.seen.length, 1);
  }
});

Deno.test("an answer that is not UTF-8 is malformed", async () => {
  await using hub = startHub(() => new Response(new Uint8Array([0x22, 0xff, 0x22])));
  assertEquals((await failure(() => clientOf(hub).whoAmI())).kind, "malformed");
});

Deno.test("reads are repeated after server errors, and succeed", async () => {
  await using hub = startHub((_, count) =>
    count < 3 ? new Response(null, { status: 503 }) : Response.json(WHO)
  );
  const told: number[] = [];
  const client = clientOf(hub, { onRetry: (_error, attempt) => told.push(attempt) });
  assertEquals((await client.whoAmI()).name, "a");
  assertEquals([hub.seen.length, told], [3, [1, 2]]);
});

Deno.test("the wait that the Hub asks for is kept", async () => {
  await using hub = startHub((_, count) =>
    count === 1
      ? new Response(null, { status: 429, headers: { ratelimit: '"api";r=0;t=4' } })
      : Response.json(WHO)
  );
  const waits: number[] = [];
  let now = 0;
  const client = clientOf(hub, {
    random: () => 0,
    now: () => now,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  });
  await client.whoAmI();
  assertEquals(waits, [5000]);
});

Deno.test("a wait of minutes is handed to the caller", async () => {
  await using hub = startHub(() =>
    new Response(null, { status: 429, headers: { ratelimit: '"api";r=0;t=250' } })
  );
  const error = await failure(() => clientOf(hub).whoAmI());
  assertEquals([error.kind, error.retryAfterSeconds, hub.seen.length], ["rate_limited", 251, 1]);
});

Deno.test("a batch is not repeated after a server error, and its outcome is unknown", async () => {
  for (const status of [408, 500, 503]) {
    await using hub = startHub(() => new Response(null, { status }));
    const error = await failure(() => clientOf(hub).batch("a/b", [REMOVE]));
    assertEquals([error.status, error.outcomeUnknown, hub.seen.length], [status, true, 1]);
  }
});

Deno.test("a batch that was refused is known not to have been applied", async () => {
  for (const status of [400, 403, 404, 413, 422]) {
    await using hub = startHub(() => Response.json({ error: "no" }, { status }));
    const error = await failure(() => clientOf(hub).batch("a/b", [REMOVE]));
    assertEquals([error.status, error.outcomeUnknown, hub.seen.length], [status, false, 1]);
  }
});

Deno.test("a batch is repeated after a 429", async () => {
  await using hub = startHub((_, count) =>
    count === 1 ? new Response(null, { status: 429 }) : Response.json({ failed: [] })
  );
  await clientOf(hub).batch("a/b", [REMOVE]);
  assertEquals(hub.seen.length, 2);
});

Deno.test("a batch whose answer makes no sense has an unknown outcome", async () => {
  const answers = [
    "nonsense",
    { success: true },
    { success: false, failed: [] },
    { success: true, succeeded: 0, failed: [] },
    { failed: [{ path: "other", error: "?" }] },
  ];
  for (const answer of answers) {
    await using hub = startHub(() => Response.json(answer));
    const error = await failure(() => clientOf(hub).batch("a/b", [REMOVE]));
    assertEquals([error.kind, error.outcomeUnknown], ["malformed", true], JSON.stringify(answer));
  }
});

Deno.test("a lost answer is a network error: unknown for a batch, repeated for a read", async () => {
  using server = startMuteServer();
  let tries = 0;
  const client = new HubClient({
    endpoint: server.endpoint,
    token: TOKEN,
    sleep: () => Promise.resolve(),
    fetch: (input, init) => {
      tries++;
      return fetch(input, init);
    },
  });
  const batch = await failure(() => client.batch("a/b", [REMOVE]));
  assertEquals([batch.kind, batch.status, batch.outcomeUnknown, tries], [
    "network",
    undefined,
    true,
    1,
  ]);
  assert(!Deno.inspect(batch).includes(TOKEN));
  const read = await failure(() => client.whoAmI());
  assertEquals([read.kind, read.outcomeUnknown, tries], ["network", false, 5]);
});

Deno.test("a call without progress times out, one that moves slowly does not", async () => {
  const { promise: never, resolve: end } = Promise.withResolvers<Response>();
  await using hub = startHub(({ target }) => {
    if (target.endsWith("whoami-v2")) return slowly(JSON.stringify(WHO), 20);
    return never;
  });
  const client = clientOf(hub, { timeoutMs: 60, retry: { attempts: 1 } });
  assertEquals((await client.whoAmI()).name, "a");
  const error = await failure(() => client.batch("a/b", [REMOVE]));
  assertEquals([error.kind, error.retryable, error.outcomeUnknown], ["timeout", true, true]);
  end(new Response(null));
});

/** A body that comes in pieces, one every so many milliseconds. */
function slowly(text: string, milliseconds: number): Response {
  const pieces = text.match(/.{1,4}/g) ?? [];
  return new Response(
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(piece));
      },
    }),
  );
}

Deno.test("an abort ends a call with its reason, and nothing is tried again", async () => {
  const { promise: never, resolve: end } = Promise.withResolvers<Response>();
  await using hub = startHub(() => never);
  const controller = new AbortController();
  const call = clientOf(hub).bucketInfo("a/b", { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("gone")), 20);
  await assertRejects(() => call, Error, "gone");
  assertEquals(hub.seen.length, 1);
  end(new Response(null));
});

Deno.test("redirects are followed inside the Hub, with the token", async () => {
  await using hub = startHub(({ target, headers }) =>
    target === "/new" && headers.get("authorization") === `Bearer ${TOKEN}`
      ? Response.json(WHO)
      : new Response(null, { status: 307, headers: { location: "/new" } })
  );
  assertEquals((await clientOf(hub).whoAmI()).name, "a");
});

Deno.test("no redirect takes the token to another origin", async () => {
  await using other = startHub(() => Response.json(WHO));
  await using hub = startHub(() =>
    new Response(null, { status: 302, headers: { location: `${other.endpoint}/x` } })
  );
  assertEquals((await failure(() => clientOf(hub).whoAmI())).kind, "redirect");
  assertEquals(other.seen.length, 0);
});

Deno.test("a redirect that never ends, leads nowhere or would turn a POST into a GET is an error", async () => {
  for (const headers of [{ location: "/again" }, { location: "http://" }, {}]) {
    await using hub = startHub(() => new Response(null, { status: 302, headers }));
    assertEquals((await failure(() => clientOf(hub).whoAmI())).kind, "redirect");
    assert(hub.seen.length <= 6);
    const before = hub.seen.length;
    const post = await failure(() => clientOf(hub).pathsInfo("a/b", ["x"]));
    assertEquals([post.kind, hub.seen.length - before], ["redirect", 1]);
  }
});

Deno.test("an endpoint may have a path", async () => {
  await using hub = startHub(() => Response.json(WHO));
  const client = new HubClient({ endpoint: `${hub.endpoint}/base/`, token: TOKEN });
  await client.whoAmI();
  assertEquals(hub.seen[0]?.target, "/base/api/whoami-v2");
});

Deno.test("without a token none is sent", async () => {
  await using hub = startHub(() => Response.json(WHO));
  await new HubClient({ endpoint: hub.endpoint }).whoAmI();
  assertEquals(hub.seen[0]?.headers.has("authorization"), false);
});
