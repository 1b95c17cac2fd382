/** The files that a seed names, on disk or in memory. */

import type { RepoSeed } from "./repo_seed.ts";

/** A file that is to be stored. */
export interface SourceFile {
  /** Its path in the repo. */
  readonly path: string;
  /** Its length in bytes. */
  readonly size: number;
  /** Its bytes, from the beginning. */
  open(): Promise<ReadableStream<Uint8Array>>;
}

/** The files of a seed: of its folder with all below, links followed to files, then those given by their bytes. */
export async function sourceFiles(seed: RepoSeed): Promise<readonly SourceFile[]> {
  const found = new Map<string, SourceFile>();
  if (seed.folder !== undefined) {
    for await (const file of filesIn(seed.folder, "")) found.set(file.path, file);
  }
  const encoder = new TextEncoder();
  for (const [path, content] of Object.entries(seed.files ?? {})) {
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    found.set(path, {
      path,
      size: bytes.length,
      open: () => Promise.resolve(new Blob([new Uint8Array(bytes)]).stream()),
    });
  }
  return [...found.values()];
}

async function* filesIn(folder: string, prefix: string): AsyncGenerator<SourceFile, void, void> {
  for await (const entry of Deno.readDir(folder)) {
    const place = `${folder}/${entry.name}`;
    const path = prefix + entry.name;
    const { isFile, isDirectory, size } = await Deno.stat(place);
    if (isFile) {
      yield { path, size, open: async () => (await Deno.open(place, { read: true })).readable };
    } else if (isDirectory && !entry.isSymlink && entry.name !== ".git") {
      yield* filesIn(place, `${path}/`);
    }
  }
}
