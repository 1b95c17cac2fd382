/** What may be in the bundle, and so in the executable: the program's own files and the packages that they need. */

/** A module that a bundle is made of. */
export type BundledModule =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly name: string; readonly version: string };

/** Packages that the program needs when it runs, with what they bring along. All others are for development. */
const PACKAGES = [
  "@logtape/logtape",
  "@opentelemetry/api",
  "@opentelemetry/api-logs",
  "@opentelemetry/core",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/otlp-exporter-base",
  "@opentelemetry/otlp-transformer",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-logs",
  "@opentelemetry/sdk-metrics",
  "@opentelemetry/sdk-trace",
  "@opentelemetry/semantic-conventions",
  "ansi-regex",
  "bintrees",
  "cli-progress",
  "commander",
  "deno-std",
  "emoji-regex",
  "hash-wasm",
  "is-fullwidth-code-point",
  "is-network-error",
  "lru-cache",
  "mime",
  "p-limit",
  "p-retry",
  "prom-client",
  "saxes",
  "string-width",
  "strip-ansi",
  "tdigest",
  "valibot",
  "xmlchars",
  "yocto-queue",
];

/** The project's own files, and the standard library, from `links/` or from JSR. */
const FILES =
  /^(?:main\.ts|deno\.json|lib\/.+\.ts|lib\/console\/page\/\w+\.(?:css|html|js)|(?:links\/std_|https:\/\/jsr\.io\/@std\/)(?:crypto|http|internal|xml)\/.+\.ts)$/;

/** Not even when they lie below `lib/`. */
const NEVER = /(?:_test\.ts|\/build\.ts)$/;

/** More than this is not the program alone. */
const MAX_BYTES = 4 * 1024 * 1024;

const PACKAGE = /^npm:((?:@[^/]+\/)?[^/@]+)@([^/]+)\//;

/** Where the bundler names a file of the cache: up to the package, its name, its version, the file in it. */
const CACHE_PATH = String
  .raw`([^"\n]*\/npm\/[^/"\n]+\/((?:@[^/"\n]+\/)?[^/"\n]+)\/(\d[^/"\n]*))\/([^"\n]+)`;

/**
 * The modules of a bundle that {@linkcode withoutCachePaths} has passed.
 *
 * @param text The bundle.
 */
export function bundledModules(text: string): readonly BundledModule[] {
  const names = new Set(
    [...text.matchAll(/^\/\/ ((?:npm:|https:\/\/)?[\w@./-]+\.[a-z]{2,4})$/gm)]
      .map(([, name = ""]) => name),
  );
  return [...names].map((name) => {
    const [, packageName, version] = PACKAGE.exec(name) ?? [];
    return packageName === undefined || version === undefined
      ? { kind: "file", path: name }
      : { kind: "package", name: packageName, version };
  });
}

/**
 * Names packages as `npm:name@version/…` where the bundler has paths of the cache, which differ from machine to machine.
 *
 * @param text The bundler's output.
 */
export function withoutCachePaths(text: string): string {
  return text
    .replace(new RegExp(`^// ${CACHE_PATH}$`, "gm"), "// npm:$2@$3/$4")
    .replace(new RegExp(`^( *)"${CACHE_PATH}"\\(`, "gm"), '$1"npm:$3@$4/$5"(');
}

/**
 * The packages of a bundle and where they lie.
 *
 * @param text The bundler's output.
 * @returns Directories, relative to where the bundler ran, by `name@version`.
 */
export function packageDirectories(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(new RegExp(`^// ${CACHE_PATH}$`, "gm"));
  return new Map(
    [...found].map(([, directory = "", name, version]) => [`${name}@${version}`, directory]),
  );
}

/**
 * What is in a bundle and should not be.
 *
 * @param text The bundle.
 * @returns A sentence for each; none when all is well.
 */
export function surprisesIn(text: string): readonly string[] {
  const surprises: string[] = [];
  const modules = bundledModules(text);
  for (const module of modules) {
    if (module.kind === "package" && !PACKAGES.includes(module.name)) {
      surprises.push(`the package ${module.name} is not among those that the program needs`);
    }
    if (module.kind === "file" && (!FILES.test(module.path) || NEVER.test(module.path))) {
      surprises.push(`${module.path} is not of the program`);
    }
  }
  if (text.length > MAX_BYTES) surprises.push(`it has ${text.length} bytes, over ${MAX_BYTES}`);
  return [...new Set(surprises)];
}
