import { assert, assertEquals, assertMatch } from "@std/assert";
import { withCli } from "./cli_under_test.ts";

Deno.test("doctor tells what it has checked in lines or as JSON, and ends with 1 if something is wrong", async () => {
  await withCli(async ({ run, start }) => {
    const well = await run(["doctor", "--bucket", "one"]);
    assertEquals(well.code, 0, well.stderr);
    for (const check of ["hub", "token", "clock", "write", "read", "remove"]) {
      assertMatch(well.stdout, new RegExp(`^ok {7}${check} `, "m"));
    }
    assertMatch(well.stdout, /^Nothing is wrong/m);
    const child = start(["doctor", "--json"], { HF_TOKEN: "hf_wrong_4711" });
    const { code, stdout } = await child.output();
    const text = new TextDecoder().decode(stdout);
    const { ok, findings } = JSON.parse(text);
    assertEquals([code, ok], [1, false]);
    assert(
      findings.some((one: { check: string; status: string }) =>
        one.check === "token" && one.status === "failed"
      ),
    );
    assert(!text.includes("hf_wrong_4711"));
  });
});

Deno.test("doctor without a token says where to get one", async () => {
  await withCli(async ({ start }) => {
    const { code, stdout } = await start(["doctor"], { HF_TOKEN: "" }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stdout), /HF_TOKEN[^]*settings\/tokens/);
  });
});
