import { assertEquals } from "@std/assert";
import { createRateLimits } from "../../../lib/embedded_hub/switches/rate_limits.ts";

Deno.test("a caller has a quota for each class and window, told in the headers", () => {
  let now = 600_000;
  const limits = createRateLimits(() => now);
  const api = { class: "api", caller: "alice", plan: "free" } as const;
  assertEquals(limits.count(api), undefined, "no limits at first");
  limits.set({ api: 2, resolvers: 1 });
  now = 610_000;
  const first = limits.count(api);
  assertEquals(first, {
    allowed: true,
    headers: {
      "RateLimit": '"api";r=1;t=290',
      "RateLimit-Policy": '"fixed window";"api";q=2;w=300',
    },
  });
  const allowed = () => limits.count(api)?.allowed;
  assertEquals([allowed(), allowed()], [true, false]);
  assertEquals(limits.count({ ...api, caller: "bob" })?.allowed, true);
  assertEquals(limits.count({ ...api, class: "resolvers" })?.allowed, true);
  now = 900_000;
  assertEquals(allowed(), true, "a new window");
  limits.reset();
  assertEquals([allowed(), allowed(), allowed()], [true, true, false]);
  limits.set(undefined);
  assertEquals(allowed(), undefined);
});

Deno.test("plans have the quotas that the Hub documents", () => {
  const limits = createRateLimits(() => 0);
  limits.set("plans");
  const quota = (plan: "anonymous" | "free" | "pro", name: "api" | "resolvers") => {
    const policy = limits.count({ class: name, caller: plan, plan })?.headers["RateLimit-Policy"];
    return Number(/q=(\d+)/.exec(policy ?? "")?.[1]);
  };
  assertEquals([quota("anonymous", "api"), quota("anonymous", "resolvers")], [500, 3000]);
  assertEquals([quota("free", "api"), quota("free", "resolvers")], [1000, 5000]);
  assertEquals([quota("pro", "api"), quota("pro", "resolvers")], [2500, 12_000]);
});
