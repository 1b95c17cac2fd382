/**
 * Runs end-to-end tests against `main.ts` on Deno 2.5, the version that Deno Deploy names. The tests themselves run on
 * the version that is at hand. Needs npx.
 *
 *     deno task test:deno2.5
 *
 * @module
 */

/**
 * What starts a gateway whose options all have variables. Not those of raw requests: its server cuts targets at `#`, and
 * ends connections otherwise after what is no HTTP.
 */
const TESTS = [
  "tests/e2e/aws_sdk_js_test.ts",
  "tests/e2e/checksums_test.ts",
  "tests/e2e/configuration_test.ts",
  "tests/e2e/copies_test.ts",
  "tests/e2e/keys_test.ts",
  "tests/e2e/multipart_test.ts",
  "tests/e2e/post_form_test.ts",
  "tests/e2e/presigned_copy_test.ts",
  "tests/e2e/redirect_test.ts",
  "tests/e2e/virtual_hosts_test.ts",
];
const DENO = "deno@2.5.0";

const { stdout, success } = await new Deno.Command("npx", {
  args: ["-y", DENO, "eval", "console.log(Deno.execPath())"],
  stderr: "inherit",
}).output();
const runtime = new TextDecoder().decode(stdout).trim();
if (!success || runtime === "") {
  console.error(`npx has no ${DENO}`);
  Deno.exit(1);
}
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", ...TESTS],
  env: {
    HUGBUCKET_RUNTIME: runtime,
    // Not the word that lets a gateway run in the tests' own process.
    HUGBUCKET_PROGRAM: "./main.ts",
    // It does not take the certificates of the system for registries by itself.
    DENO_TLS_CA_STORE: "system,mozilla",
  },
}).spawn().status;
Deno.exit(code);
