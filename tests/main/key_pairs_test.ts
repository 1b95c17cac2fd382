import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { IS_EXECUTABLE } from "../support/program.ts";
import { endpointOf, inDirectory, NET_AND_ENV, run, start } from "../support/run_main.ts";
import { signHeaderV4 } from "../support/sign_requests.ts";

Deno.test("main.ts follows the file of key pairs, and keeps the old ones for a broken one", () =>
  inDirectory(async (directory) => {
    const hub = await createEmbeddedHub({
      users: [{ name: "one", token: "hf_one" }, { name: "two", token: "hf_two_4711" }],
    });
    const file = `${directory}/pairs.json`;
    const pair = (accessKeyId: string, hubToken: string) => ({
      accessKeyId,
      secretAccessKey: `${accessKeyId}-secret-4711`,
      hubToken,
    });
    const write = (pairs: unknown) => Deno.writeTextFile(file, JSON.stringify(pairs));
    await write([pair("ONE", "hf_one")]);
    const env = {
      HF_ENDPOINT: hub.url,
      HUGBUCKET_CREDENTIALS_FILE: file,
      HUGBUCKET_CREDENTIALS: JSON.stringify([pair("ENV", "hf_one")]),
    };
    if (!IS_EXECUTABLE) {
      const refused = await run([], env, NET_AND_ENV);
      assertStringIncludes(refused.stderr, "HUGBUCKET_CREDENTIALS_FILE");
      assertStringIncludes(refused.stderr, "--allow-read");
    }
    // No token of the gateway's own: each pair brings one.
    const gateway = await start(/Key pairs +2[^]*\n/, [], env, [
      ...NET_AND_ENV,
      `--allow-read=${file}`,
    ]);
    const url = endpointOf(gateway.text);
    const codeOf = async (accessKeyId: string) => {
      const secretAccessKey = `${accessKeyId}-secret-4711`;
      const signer = { accessKeyId, secretAccessKey, host: new URL(url).host, now: new Date() };
      const { headers } = signHeaderV4({ method: "GET", target: "/", headers: {} }, signer);
      const { host: _, Host: __, ...sent } = headers;
      const answer = await (await fetch(url, { headers: sent })).text();
      return /<Code>(\w+)</.exec(answer)?.[1] ?? "";
    };
    const until = async (accessKeyId: string, code: string) => {
      while (await codeOf(accessKeyId) !== code) await new Promise((done) => setTimeout(done, 50));
    };
    assertEquals([await codeOf("ENV"), await codeOf("ONE"), await codeOf("TWO")], [
      "",
      "",
      "InvalidAccessKeyId",
    ]);
    await Deno.writeTextFile(file, '[{"secretAccessKey": "leaked-4711"');
    await new Promise((done) => setTimeout(done, 1500));
    assertEquals(await codeOf("ONE"), "");
    await write([pair("TWO", "hf_two_4711"), pair("ENV", "hf_one")]);
    await new Promise((done) => setTimeout(done, 1500));
    assertEquals([await codeOf("ONE"), await codeOf("TWO")], ["", "InvalidAccessKeyId"]);
    await write([pair("TWO", "hf_two_4711")]);
    await until("TWO", "");
    assertEquals([await codeOf("ONE"), await codeOf("ENV")], ["InvalidAccessKeyId", ""]);
    gateway.child.kill("SIGTERM");
    const { code, text } = await gateway.end();
    assertEquals(code, 0);
    assertEquals(text.match(/key pairs not replaced/g)?.length, 2);
    assertStringIncludes(text, "is not JSON");
    assertStringIncludes(text, "ENV is there twice");
    assert(!(gateway.text + text).includes("4711"), text);
    await hub.close();
  }));
