/** A repo to seed, as the command line names it. */

import { repoTypeOf } from "../embedded_hub/hub/repos/repo_name.ts";
import type { RepoSeed } from "./repo_seed.ts";

const FORM = /^(models|datasets|spaces)\/([^@=,]+)(?:@([^=,]+))?((?:,[^=,]+)*)=(.+)$/s;

/**
 * Reads `datasets/ns/name=folder`, with `@branch` after the name if wanted, and then any of `,private`, `,gated`, `,lfs` (large files are
 * kept in LFS and not in Xet), `,large:BYTES` (what a large file is) and `,tag:NAME`.
 *
 * @throws TypeError with a message for whoever wrote it.
 */
export function readSeed(argument: string): RepoSeed {
  const [, plural = "", id = "", branch, words = "", folder = ""] = FORM.exec(argument) ?? [];
  const type = repoTypeOf(plural);
  if (type === undefined) {
    throw new TypeError(
      `--seed ${argument}: expected datasets/namespace/name=folder, or models/… or spaces/…`,
    );
  }
  const options = words.split(",").slice(1).map((word) => option(argument, word));
  return {
    type,
    id,
    folder,
    ...(branch !== undefined && { branch }),
    ...Object.assign({}, ...options),
  };
}

function option(argument: string, word: string): Partial<RepoSeed> {
  const [name, value] = word.split(":", 2);
  switch (name) {
    case "private":
      return { private: true };
    case "gated":
      return { gated: "manual" };
    case "lfs":
      return { largeFiles: "lfs" };
    case "tag":
      if (value !== undefined) return { tag: value };
      break;
    case "large":
      if (value !== undefined && /^[0-9]{1,15}$/.test(value)) {
        return { largeFileBytes: Number(value) };
      }
      break;
  }
  throw new TypeError(
    `--seed ${argument}: ${word} is none of private, gated, lfs, large:BYTES, tag:NAME`,
  );
}
