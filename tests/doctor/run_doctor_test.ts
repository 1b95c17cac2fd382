import { assert, assertEquals, assertMatch } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import type { Finding } from "../../lib/doctor/finding.ts";
import { type DoctorOptions, runDoctor } from "../../lib/doctor/run_doctor.ts";

const USERS = [
  { name: "local", token: "hf_local" },
  { name: "reader", token: "hf_reader", role: "read" as const },
];

async function withHub(work: (hub: EmbeddedHub) => Promise<void>): Promise<void> {
  const hub = await createEmbeddedHub({ users: USERS });
  try {
    await work(hub);
  } finally {
    await hub.close();
  }
}

/** What is found, without waiting between attempts. */
async function examine(
  hub: EmbeddedHub,
  options: Partial<DoctorOptions> = {},
): Promise<readonly Finding[]> {
  const findings = await Array.fromAsync(
    runDoctor({ endpoint: hub.url, token: hub.token, sleep: () => Promise.resolve(), ...options }),
  );
  assert(!JSON.stringify(findings).includes(options.token ?? hub.token));
  return findings;
}

const statuses = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ check, status }) => `${check} ${status}`);

const failures = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ status }) => status === "failed");

Deno.test("a Hub that is well passes all checks, and nothing is left on it", () =>
  withHub(async (hub) => {
    hub.switches.rateLimits.set("plans");
    const findings = await examine(hub);
    assertEquals(statuses(findings), [
      "hub ok",
      "token ok",
      "clock ok",
      "quota ok",
      "create bucket ok",
      "write ok",
      "read ok",
      "remove ok",
    ]);
    const { create, delete: removed } = {
      create: hub.counters.of("hub.create").calls,
      delete: hub.counters.of("hub.delete").calls,
    };
    assertEquals([create, removed], [1, 1]);
  }));

Deno.test("a bucket that is named is used, and stays", () =>
  withHub(async (hub) => {
    const made = await fetch(`${hub.url}/api/buckets/local/mine`, {
      method: "POST",
      headers: { authorization: `Bearer ${hub.token}`, "content-type": "application/json" },
      body: "{}",
    });
    await made.body?.cancel();
    assertEquals(failures(await examine(hub, { bucket: "mine" })), []);
    assertEquals(hub.counters.of("hub.delete").calls, 0);
    const [missing] = failures(await examine(hub, { bucket: "local/none" }));
    assertEquals(missing?.check, "write");
    assertMatch(missing?.advice ?? "", /bucket's name/);
  }));

Deno.test("a wrong token is told, and nothing is tried with it", () =>
  withHub(async (hub) => {
    const findings = await examine(hub, { token: "hf_wrong_4711" });
    assertEquals(statuses(findings), [
      "hub ok",
      "token failed",
      "clock ok",
      "quota skipped",
      "round trip skipped",
    ]);
    assertMatch(failures(findings)[0]?.advice ?? "", /HF_TOKEN/);
  }));

Deno.test("a token that may only read is told, and what it cannot do", () =>
  withHub(async (hub) => {
    const [token, create] = failures(await examine(hub, { token: "hf_reader" }));
    assertMatch(token?.message ?? "", /reader may only read/);
    assertEquals(create?.check, "create bucket");
    assertMatch(create?.message ?? "", /does not allow/);
  }));

Deno.test("a clock that is wrong is told, by how much and in which direction", () =>
  withHub(async (hub) => {
    for (
      const [minutes, status, words] of [
        [20, "failed", /1(199|200|201) s ahead of/],
        [-20, "failed", /1(199|200|201) s behind/],
        [3, "warning", /1(79|80|81) s ahead/],
      ] as const
    ) {
      const findings = await examine(hub, { now: () => Date.now() + minutes * 60_000 });
      const clock = findings.find(({ check }) => check === "clock");
      assertEquals(clock?.status, status);
      assertMatch(clock?.message ?? "", words);
    }
  }));

Deno.test("a CAS that fails is told apart from the Hub, and the bucket that was made is removed", () =>
  withHub(async (hub) => {
    hub.switches.faults.add({ endpoint: "cas", status: "reset" });
    const findings = await examine(hub);
    assertEquals(statuses(findings).slice(-3), ["create bucket ok", "cas failed", "remove ok"]);
    assertMatch(failures(findings)[0]?.message ?? "", /storage behind the Hub \(CAS\)/);
  }));

Deno.test("a quota that is used up is told, with the time that it takes to come back", () =>
  withHub(async (hub) => {
    hub.switches.rateLimits.set({ api: 1, resolvers: 1 });
    const findings = await examine(hub);
    assertEquals(statuses(findings), [
      "hub ok",
      "token ok",
      "clock ok",
      "quota failed",
      "create bucket failed",
    ]);
    assertMatch(failures(findings)[0]?.message ?? "", /^0 of 1 API calls are left/);
    assertMatch(failures(findings)[1]?.message ?? "", /quota of calls is used up; .* in \d+ s/);
  }));

Deno.test("a Hub that is not there is told with what to look at", () =>
  withHub(async (hub) => {
    const findings = await examine(hub, { endpoint: "http://127.0.0.1:9" });
    assertEquals(statuses(findings)[0], "hub failed");
    assertMatch(findings[0]?.advice ?? "", /HF_ENDPOINT/);
  }));
