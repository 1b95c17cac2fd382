import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { exposureProblem, isLoopback } from "../lib/config/exposure.ts";
import { ConfigError, readConfig } from "../lib/config/read_config.ts";
import { defaultOf } from "../lib/config/schema.ts";
import { VARIABLES } from "../lib/config/variables.ts";

const read = (env: Record<string, string>) => readConfig((name) => env[name]);

Deno.test("readConfig() gives the documented defaults for an empty environment", () => {
  const config = read({});
  assertEquals([config.hfEndpoint, config.port, config.hubPort], [
    "https://huggingface.co",
    9000,
    9080,
  ]);
  assertEquals([config.host, config.region, config.dataDir], [
    "127.0.0.1",
    "us-east-1",
    "./.hugbucket",
  ]);
  assertEquals([config.multipartUploadTtlSeconds, config.memoryBudget], [86400, 128 * 1024 ** 2]);
  assertEquals([config.hfToken, config.credential, config.allowAnonymous], [
    undefined,
    undefined,
    false,
  ]);
  assert(Object.isFrozen(config));
  assertEquals(config.storeChecksums, false);
  assertEquals(read({ HUGBUCKET_STORE_CHECKSUMS: "true" }).storeChecksums, true);
});

Deno.test("readConfig() reports all problems at once, each by its variable", () => {
  const error = assertThrows(() =>
    read({
      HF_ENDPOINT: "huggingface.co",
      HUGBUCKET_PORT: "70000",
      HUGBUCKET_HUB_PORT: "-1",
      HUGBUCKET_MULTIPART_UPLOAD_TTL: "0",
      HUGBUCKET_MEMORY_BUDGET: "1MiB",
      HUGBUCKET_LOG_LEVEL: "loud",
      HUGBUCKET_REGION: "EU West",
      HUGBUCKET_ALLOW_ANONYMOUS: "yes",
      AWS_ACCESS_KEY_ID: "only-half",
    }), ConfigError);
  const names = error.problems.map((problem) => problem.split(" ")[0]);
  assertEquals(names.toSorted(), [
    "AWS_SECRET_ACCESS_KEY",
    "HF_ENDPOINT",
    "HUGBUCKET_ALLOW_ANONYMOUS",
    "HUGBUCKET_HUB_PORT",
    "HUGBUCKET_LOG_LEVEL",
    "HUGBUCKET_MEMORY_BUDGET",
    "HUGBUCKET_MULTIPART_UPLOAD_TTL",
    "HUGBUCKET_PORT",
    "HUGBUCKET_REGION",
  ]);
});

Deno.test("readConfig() never shows a secret in a problem", () => {
  const error = assertThrows(
    () => read({ AWS_SECRET_ACCESS_KEY: "hunter2", HF_TOKEN: "hf_secret", HUGBUCKET_PORT: "x" }),
    ConfigError,
  );
  assert(!error.message.includes("hunter2") && !error.message.includes("hf_secret"));
  assertStringIncludes(error.message, "AWS_ACCESS_KEY_ID");
});

Deno.test("readConfig() takes sizes with units, trims slashes and treats empty as absent", () => {
  const config = read({
    HUGBUCKET_MEMORY_BUDGET: "1 GiB",
    HF_ENDPOINT: "http://127.0.0.1:9080/",
    HF_TOKEN: "",
  });
  assertEquals(config.memoryBudget, 1024 ** 3);
  assertEquals(config.hfEndpoint, "http://127.0.0.1:9080");
  assertEquals(config.hfToken, undefined);
  assertEquals(read({ HUGBUCKET_MEMORY_BUDGET: "67108864" }).memoryBudget, 64 * 1024 ** 2);
});

Deno.test("readConfig() keeps nothing on disk and redirects nobody unless it is told to", () => {
  const { cacheDir, cacheSize, stallTimeoutSeconds, redirect } = read({});
  assertEquals([cacheDir, cacheSize, stallTimeoutSeconds, redirect], [
    undefined,
    1024 ** 3,
    5,
    false,
  ]);
  const told = read({
    HUGBUCKET_CACHE_DIR: "/var/cache/hugbucket",
    HUGBUCKET_CACHE_SIZE: "64MiB",
    HUGBUCKET_STALL_TIMEOUT: "2",
    HUGBUCKET_REDIRECT: "true",
  });
  assertEquals(
    [told.cacheDir, told.cacheSize, told.stallTimeoutSeconds, told.redirect],
    ["/var/cache/hugbucket", 64 * 1024 ** 2, 2, true],
  );
});

Deno.test("exposureProblem() wants it in so many words when others can reach an open gateway", () => {
  const open = read({ HUGBUCKET_HOST: "0.0.0.0" });
  assertStringIncludes(exposureProblem(open, false) ?? "", "HUGBUCKET_ALLOW_ANONYMOUS=true");
  assertEquals(exposureProblem(open, true), undefined);
  const told = read({ HUGBUCKET_HOST: "0.0.0.0", HUGBUCKET_ALLOW_ANONYMOUS: "true" });
  assertEquals(exposureProblem(told, false), undefined);
  assertEquals(exposureProblem(read({}), false), undefined);
});

Deno.test("isLoopback() knows the loopback addresses and nothing that only looks like one", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) assert(isLoopback(host), host);
  for (const host of ["0.0.0.0", "::", "127.0.0.1.example.com", "localhost.example.com", ""]) {
    assert(!isLoopback(host), host);
  }
});

Deno.test("the README's table has variables that there are, with their defaults", async () => {
  const readme = await Deno.readTextFile("README.md");
  const names = new Map(Object.entries(VARIABLES));
  const rows = [...readme.matchAll(/^\| `((?:HF|AWS|HUGBUCKET)_[A-Z_]+)` \| (.*?) \|/gm)];
  assert(rows.length > 8, "the table was not found");
  for (const [, name = "", shown] of rows) {
    assert(names.has(name), name);
    const fallback = defaultOf(name as keyof typeof VARIABLES); // it is one of its keys
    if (fallback !== undefined) assertEquals(shown, `\`${fallback}\``, name);
  }
});

Deno.test("domains and origins are lists", () => {
  const { domains, corsOrigins } = read({
    HUGBUCKET_DOMAIN: "S3.example.org, localhost",
    HUGBUCKET_CORS_ORIGINS: "https://a.example,https://*.b.example",
  });
  assertEquals(domains, ["s3.example.org", "localhost"]);
  assertEquals(corsOrigins, ["https://a.example", "https://*.b.example"]);
  assertEquals([read({}).domains, read({}).corsOrigins], [[], []]);
  for (const bad of ["s3.example.org:9000", "https://x", "a..b", "-a", ","]) {
    assertThrows(() => read({ HUGBUCKET_DOMAIN: bad }), ConfigError, "HUGBUCKET_DOMAIN");
  }
  for (const bad of ["a*b*c", "a b", ","]) {
    assertThrows(
      () => read({ HUGBUCKET_CORS_ORIGINS: bad }),
      ConfigError,
      "HUGBUCKET_CORS_ORIGINS",
    );
  }
});
