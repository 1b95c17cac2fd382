/** The repos that a client finds in the embedded hub, as folders on disk that it can compare with. */

/** A repo, or another branch of it. */
interface Seed {
  /** As `main.ts --seed` takes it, without the folder. */
  readonly name: string;
  /** Below the folder of all seeds. */
  readonly folder: string;
  /** Sizes of files by path; what they hold is made of their path and folder. */
  readonly files: Readonly<Record<string, number>>;
  /** Files of the project by path in the repo. */
  readonly copies?: Readonly<Record<string, string>>;
}

const PARQUET = "tests/vectors/parquet/sales.parquet";

/** Repos of all kinds, in Xet, in LFS and in Git. */
const SEEDS: readonly Seed[] = [
  {
    name: "datasets/local/shards,tag:v1",
    folder: "shards",
    files: {
      ".gitattributes": 80,
      "README.md": 500,
      "empty.txt": 0,
      "data/train-00000.bin": 300_000,
      "data/train-00001.bin": 5_000_000,
      "data/deep/er/nested.txt": 1000,
      "data.json": 2000,
      "odd/with space+plus.txt": 100,
      "odd/percent%2F#hash?.txt": 100,
      "odd/日本語-🤗.txt": 100,
    },
  },
  {
    name: "datasets/local/shards@next/try",
    folder: "shards-next",
    files: { "README.md": 600, "data/train-00000.bin": 400_000 },
  },
  {
    name: "models/local/old,lfs",
    folder: "old",
    files: { "config.json": 300, "pytorch_model.bin": 1_200_000 },
  },
  {
    name: "models/bare",
    folder: "bare",
    files: { "config.json": 200, "model.safetensors": 100_000 },
  },
  { name: "spaces/local/app", folder: "app", files: { "app.py": 700, "static/logo.bin": 90_000 } },
  {
    name: "datasets/local/sales",
    folder: "sales",
    files: { "README.md": 100 },
    copies: { "data/sales-0.parquet": PARQUET, "data/sales-1.parquet": PARQUET },
  },
  { name: "datasets/local/secret,private", folder: "secret", files: { "secret.txt": 50 } },
  { name: "datasets/local/gated,gated", folder: "gated", files: { "asked.bin": 70_000 } },
];

/**
 * Writes the folders of all seeds below `directory`.
 *
 * @returns The arguments of `main.ts` that make repos of them.
 */
export async function writeSeeds(directory: string): Promise<readonly string[]> {
  const args: string[] = [];
  for (const { name, folder, files, copies = {} } of SEEDS) {
    const place = async (path: string) => {
      const file = `${directory}/${folder}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      return file;
    };
    for (const [path, size] of Object.entries(files)) {
      await Deno.writeFile(await place(path), content(`${folder}/${path}`, size));
    }
    for (const [path, source] of Object.entries(copies)) {
      await Deno.copyFile(source, await place(path));
    }
    args.push("--seed", `${name}=${directory}/${folder}`);
  }
  return args;
}

/** Bytes that a name fixes and that do not compress. */
function content(name: string, size: number): Uint8Array {
  let state = [...new TextEncoder().encode(name)].reduce(
    (hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0,
    0x811c9dc5,
  );
  return Uint8Array.from({ length: size }, () => {
    state = (state + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    return (mixed ^ (mixed >>> 13)) & 0xff;
  });
}
