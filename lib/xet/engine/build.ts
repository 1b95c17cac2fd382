/**
 * Builds the Rust module of the byte work and writes `wasm.ts`, which is checked in so that nobody
 * needs Rust to run, test or deploy. With `--check` nothing is written: the build must give exactly
 * the checked-in module.
 *
 * Needs rustup; `rust/rust-toolchain.toml` names the toolchain. Source paths are mapped to fixed
 * names, so the result does not depend on where the sources or Cargo's registry are.
 */

import { WASM_BASE64, WASM_SHA256 } from "./wasm.ts";

const RUST_DIRECTORY = new URL("./rust/", import.meta.url);
const OUTPUT = new URL("./wasm.ts", import.meta.url);

interface CargoMetadata {
  readonly packages: readonly { name: string; version: string; manifest_path: string }[];
}

async function cargo(args: string[], env: Record<string, string> = {}): Promise<string> {
  const command = new Deno.Command("cargo", {
    args,
    env,
    cwd: RUST_DIRECTORY,
    stdout: "piped",
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`cargo ${args[0]} failed`);
  return new TextDecoder().decode(stdout);
}

/** One `--remap-path-prefix` for each package, to its name and version. */
async function remappings(): Promise<string[]> {
  // The shape is Cargo's documented metadata format 1.
  const metadata = JSON.parse(
    await cargo(["metadata", "--format-version", "1", "--locked"]),
  ) as CargoMetadata;
  return metadata.packages.map(({ name, version, manifest_path }) => {
    const directory = manifest_path.replace(/[/\\]Cargo\.toml$/, "");
    return `--remap-path-prefix=${directory}=/${name}-${version}`;
  });
}

async function build(): Promise<Uint8Array<ArrayBuffer>> {
  const flags = [
    "-Ctarget-feature=+simd128,+bulk-memory",
    "-Clink-arg=-zstack-size=262144",
    ...await remappings(),
  ];
  const target = await Deno.makeTempDir({ prefix: "xet-engine-" });
  try {
    await cargo(
      ["build", "--release", "--locked", "--target=wasm32-unknown-unknown", "--target-dir", target],
      { CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") },
    );
    return await Deno.readFile(`${target}/wasm32-unknown-unknown/release/xet_engine.wasm`);
  } finally {
    await Deno.remove(target, { recursive: true });
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

if (import.meta.main) {
  const wasm = await build();
  const digest = await sha256(wasm);
  if (Deno.args.includes("--check")) {
    const checkedIn = await sha256(Uint8Array.fromBase64(WASM_BASE64));
    if (digest !== WASM_SHA256 || digest !== checkedIn) {
      console.error(`wasm.ts has ${checkedIn} (named ${WASM_SHA256}), the build gives ${digest}`);
      Deno.exit(1);
    }
    console.log(`wasm.ts is what the build gives: ${wasm.length} bytes, SHA-256 ${digest}`);
  } else {
    const lines = [
      "// Made by build.ts from rust/; do not edit.",
      "/** SHA-256 of the module, in hex. */",
      `export const WASM_SHA256 = "${digest}";`,
      "/** The WebAssembly module of the byte work, in base64. */",
      `export const WASM_BASE64 =\n  "${wasm.toBase64()}";`,
    ];
    await Deno.writeTextFile(OUTPUT, lines.join("\n") + "\n");
    console.log(`wasm.ts written: ${wasm.length} bytes, SHA-256 ${digest}`);
  }
}
