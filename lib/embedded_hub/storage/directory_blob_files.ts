/**
 * Xorbs, shards or files on disk, as `xorbs/ab/<printed hash>`, `shards/ab/<printed hash>` and `files/ab/<SHA-256>`.
 *
 * A blob is written to `tmp/`, synced, renamed to its name, and the folder synced, so that a file
 * with a hash's name is always whole.
 */

import { assertBlobName, type BlobFiles, type BlobWriter } from "./blob_files.ts";

const PIECE_BYTES = 256 * 1024;

/**
 * Opens the store of a kind in `directory` (made when missing), which must be locked for this
 * process.
 */
export function directoryBlobFiles(
  directory: string,
  kind: "xorbs" | "shards" | "files",
): BlobFiles {
  const temporary = `${directory}/tmp`;
  const home = `${directory}/${kind}`;
  Deno.mkdirSync(temporary, { recursive: true });
  Deno.mkdirSync(home, { recursive: true });
  let begun = 0;
  const pathOf = (hash: string): string => {
    assertBlobName(hash);
    return `${home}/${hash.slice(0, 2)}/${hash}`;
  };
  return {
    begin: () => beginFile(`${temporary}/${kind}-${++begun}`, home, pathOf),
    read: (hash, first, last) => readFile(pathOf(hash), first, last),
    async size(hash) {
      try {
        return (await Deno.stat(pathOf(hash))).size;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
  };
}

/** Removes what a crash left on its way in; to be called before the stores of `directory` are opened. */
export function removeLeftovers(directory: string): void {
  try {
    Deno.removeSync(`${directory}/tmp`, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function beginFile(
  path: string,
  home: string,
  pathOf: (hash: string) => string,
): Promise<BlobWriter> {
  const file = await Deno.open(path, { write: true, createNew: true });
  return {
    async write(bytes) {
      let at = 0;
      while (at < bytes.length) at += await file.write(bytes.subarray(at));
    },
    async commit(hash) {
      const target = pathOf(hash);
      try {
        await file.sync();
      } finally {
        file.close();
      }
      const folder = target.slice(0, target.lastIndexOf("/"));
      if (await makeFolder(folder)) await syncFolder(home);
      await Deno.rename(path, target);
      await syncFolder(folder);
    },
    async abort() {
      file.close();
      await Deno.remove(path);
    },
  };
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await Deno.mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Makes a rename durable. Windows opens no folders, and its renames need no such step. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const handle = await Deno.open(folder, { read: true });
  try {
    await handle.sync();
  } finally {
    handle.close();
  }
}

function readFile(
  path: string,
  first: number,
  last: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let file: Deno.FsFile | undefined;
  let at = first;
  const close = (): void => {
    file?.close();
    file = undefined;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        if (file === undefined) {
          file = await Deno.open(path, { read: true });
          await file.seek(first, Deno.SeekMode.Start);
        }
        const piece = new Uint8Array(Math.min(PIECE_BYTES, last + 1 - at));
        const count = piece.length === 0 ? 0 : await file.read(piece);
        if (count === null) throw new RangeError(`${path} ends before byte ${last}`);
        at += count;
        if (count > 0) controller.enqueue(piece.subarray(0, count));
        if (at > last) {
          close();
          controller.close();
        }
      } catch (error) {
        close();
        throw error;
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
