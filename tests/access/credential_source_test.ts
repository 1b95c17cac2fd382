import { assertEquals, assertRejects } from "@std/assert";
import { CredentialSource } from "../../lib/access/credential_source.ts";
import { CredentialsError } from "../../lib/access/read_credentials.ts";

const FIXED = { accessKeyId: "FIXED", secretAccessKey: "fixed-secret" };
const jsonOf = (...ids: string[]): string =>
  JSON.stringify(ids.map((accessKeyId) => ({ accessKeyId, secretAccessKey: "a-long-secret" })));

Deno.test("CredentialSource gives the pairs again when the text changes, and only then", async () => {
  let text = jsonOf("ONE");
  const source = new CredentialSource({ fixed: [FIXED], read: () => Promise.resolve(text) });
  const idsOf = (pairs: readonly { accessKeyId: string }[] | undefined) =>
    pairs?.map(({ accessKeyId }) => accessKeyId);
  assertEquals(idsOf(await source.load()), ["FIXED", "ONE"]);
  assertEquals(await source.changed(), undefined);
  text = jsonOf("TWO", "THREE");
  assertEquals(idsOf(await source.changed()), ["FIXED", "TWO", "THREE"]);
  assertEquals(await source.changed(), undefined);
});

Deno.test("CredentialSource tells of each bad text once", async () => {
  let text = jsonOf("ONE");
  const source = new CredentialSource({ fixed: [], read: () => Promise.resolve(text) });
  await source.load();
  for (const bad of ["[", "[]"]) {
    text = bad;
    await assertRejects(() => source.changed(), CredentialsError);
    assertEquals(await source.changed(), undefined);
  }
  text = jsonOf("ONE");
  assertEquals((await source.changed())?.length, 1);
});

Deno.test("CredentialSource tells once that there is nothing to read, and goes on when there is", async () => {
  let text: string | undefined = jsonOf("ONE");
  const read = () =>
    text === undefined ? Promise.reject(new Error("/secret/path")) : Promise.resolve(text);
  const source = new CredentialSource({ fixed: [], read, name: "THE_FILE" });
  await source.load();
  text = undefined;
  const error = await assertRejects(() => source.changed(), CredentialsError);
  assertEquals(error.message, "THE_FILE cannot be read (Error)");
  assertEquals(await source.changed(), undefined);
  text = jsonOf("ONE");
  assertEquals(await source.changed(), undefined);
  text = undefined;
  await assertRejects(() => source.changed(), CredentialsError);
});
