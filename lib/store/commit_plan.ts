import { StoreError } from "../errors/store_error.ts";
import type { BatchOperation } from "../hub/files.ts";
import { type Staged, stageMeta } from "./commit_stage.ts";
import {
  type CommitContext,
  failed,
  type Files,
  looksAtTarget,
  type LookUp,
  noSuchSource,
  type Step,
} from "./commit_step.ts";
import { brokenCondition } from "./conditions.ts";
import type { CommitEntry, CommitResult, ContentRef, ObjectAttributes } from "./object_store.ts";
import { sidecarAttributes } from "./sidecar/meta_format.ts";
import { type SidecarKind, sidecarPath } from "./sidecar/sidecar_paths.ts";
import { isOfSameWrite } from "./sidecar/sidecars.ts";
import { mediaTypeOf, objectOf, type StoredFile } from "./stored_file.ts";

/** What is to be done about a step. */
export interface Plan {
  readonly step: Step;
  /** The object's own first, if it is written, then its sidecars'; none if the result is certain. */
  readonly operations: readonly BatchOperation[];
  /** The result when all of it is applied. */
  readonly result: CommitResult;
  /** What the bucket held before, if that was looked up. */
  readonly before?: Files;
}

/** What all steps of a batch share. */
export interface BatchFacts {
  /** The bucket, `namespace/name`. */
  readonly id: string;
  readonly lookUps: ReadonlyMap<string, LookUp>;
  /** Of all that is written. */
  readonly mtime: number;
}

/** A bucket or a repo that content is copied from. */
interface Origin {
  readonly type: "bucket" | "model" | "dataset" | "space";
  readonly id: string;
}

/** Content for a path. */
interface Written {
  readonly xetHash: string;
  readonly mtime: number;
  readonly contentType?: string | undefined;
  /** Where it is copied from, unless it was stored for this bucket. */
  readonly from?: Origin | undefined;
}

/** Decides about a step, under the locks of its paths. */
export async function planStep(
  { sidecars }: Pick<CommitContext, "sidecars">,
  facts: BatchFacts,
  step: Step,
  staged: Staged,
): Promise<Plan> {
  const { entry, path } = step;
  const before = looksAtTarget(step, facts.id) ? filesIn(facts, facts.id) : undefined;
  const plan = (result: CommitResult, operations: readonly BatchOperation[] = []): Plan => ({
    step,
    operations,
    result,
    ...(before !== undefined && { before }),
  });
  const broken = brokenCondition(entry.condition, entry.key, before?.get(path));
  if (broken !== undefined) {
    // What a delete wants is the case already.
    const done = entry.kind === "delete" && broken.kind === "no_such_key";
    return plan(done ? { kind: "deleted" } : failed(broken));
  }
  const write = { path, before, mtime: facts.mtime };
  switch (entry.kind) {
    case "delete":
      return plan({ kind: "deleted" }, [
        { type: "deleteFile", path },
        ...sidecarOperations("meta", path, undefined, before),
        ...sidecarOperations("parts", path, undefined, before),
      ]);
    case "put":
      return plan(
        ...writing({ ...write, entry, content: entry.content, ...staged, from: entry.from }),
      );
    case "copy": {
      const { content } = entry.source.object;
      const source = sourceOf(step, facts);
      if (source instanceof Error) return plan(failed(source));
      return plan(...writing({ ...write, entry, content, ...staged, ...source }));
    }
    case "annotate": {
      const file = before?.get(path);
      const problem = annotationProblem(entry, file);
      if (problem !== undefined || file === undefined) return plan(failed(problem));
      const same = mediaTypeOf(entry.key, file) === mediaTypeOf(entry.key, entry.attributes);
      // A sidecar is bound to the object's time, so an object without one is written anew.
      const kept = same ? file.mtime?.getTime() : undefined;
      const mtime = kept ?? facts.mtime;
      const binding = { hash: file.xetHash, mtime };
      const meta = await stageMeta(sidecars, facts.id, entry, path, binding);
      if (kept === undefined) {
        const parts = partsOf(before, file);
        return plan(...writing({ ...write, entry, content: entry.content, meta, parts }));
      }
      const content = meta === undefined ? undefined : { xetHash: meta, mtime };
      const object = objectOf(entry.key, file, sidecarAttributes(entry.attributes));
      return plan({ kind: "stored", object }, sidecarOperations("meta", path, content, before));
    }
    default:
      return entry satisfies never;
  }
}

/** The result and the operations of an object that is written with its sidecars. */
function writing({ entry, path, before, content, mtime, meta, parts, from }: {
  readonly entry: { readonly key: string; readonly attributes: ObjectAttributes };
  readonly path: string;
  readonly before: Files | undefined;
  readonly content: ContentRef;
  readonly mtime: number;
  /** Hashes of what the sidecars hold. */
  readonly meta?: string | undefined;
  readonly parts?: string | undefined;
  /** The bucket of the content and of the parts, if it is another or these have another path. */
  readonly from?: Origin | undefined;
}): [CommitResult, readonly BatchOperation[]] {
  const contentType = mediaTypeOf(entry.key, entry.attributes);
  const file: StoredFile = {
    path,
    size: content.size,
    xetHash: content.hash,
    mtime: new Date(mtime),
    contentType,
  };
  const metaContent = meta === undefined ? undefined : { xetHash: meta, mtime };
  // The parts of content that is copied from a repo are none.
  const partsContent = parts === undefined ? undefined : { xetHash: parts, mtime, from };
  return [
    {
      kind: "stored",
      object: objectOf(entry.key, file, sidecarAttributes(entry.attributes)),
    },
    [
      writeOperation(path, { xetHash: content.hash, mtime, contentType, from }),
      ...sidecarOperations("meta", path, metaContent, before),
      ...sidecarOperations("parts", path, partsContent, before),
    ],
  ];
}

function writeOperation(path: string, content: Written): BatchOperation {
  const { xetHash, mtime, contentType, from } = content;
  const fields = { path, xetHash, mtime, ...(contentType !== undefined && { contentType }) };
  return from === undefined
    ? { type: "addFile", ...fields }
    : { type: "copyFile", ...fields, sourceRepoType: from.type, sourceRepoId: from.id };
}

/** Writes a sidecar, or else deletes it unless it is known not to be there. */
function sidecarOperations(
  kind: SidecarKind,
  path: string,
  content: Written | undefined,
  before: Files | undefined,
): readonly BatchOperation[] {
  const sidecar = sidecarPath(kind, path);
  if (sidecar === undefined) return [];
  if (content !== undefined) {
    return [writeOperation(sidecar, { ...content, contentType: "application/json" })];
  }
  return before === undefined || before.has(sidecar) ? [{ type: "deleteFile", path: sidecar }] : [];
}

/**
 * Where a copy comes from, and the parts that come along. Conditions on the source were checked for
 * what it held then, so it has to hold that still.
 */
function sourceOf(
  { entry, source }: Step,
  { lookUps }: BatchFacts,
): { readonly from: Origin; readonly parts: string | undefined } | Error {
  if (entry.kind !== "copy" || source === undefined) return new TypeError("Not a copy");
  const { key, content } = entry.source.object;
  const answer = lookUps.get(source.id);
  if (answer !== undefined && "error" in answer) return answer.error;
  const file = answer?.files.get(source.path);
  if (answer === undefined || file === undefined) return noSuchSource(key);
  if (file.xetHash !== content.hash) {
    return new StoreError("conflict", `${key} was overwritten while it was copied`);
  }
  const parts = entry.withoutParts === true ? undefined : partsOf(answer.files, file);
  return { from: { type: "bucket", id: source.id }, parts };
}

/** The hash of an object's parts, if it has some. */
function partsOf(files: Files | undefined, object: StoredFile): string | undefined {
  const path = sidecarPath("parts", object.path);
  const parts = path === undefined ? undefined : files?.get(path);
  return parts !== undefined && isOfSameWrite(object, parts) ? parts.xetHash : undefined;
}

function annotationProblem(
  { key, content }: Extract<CommitEntry, { readonly kind: "annotate" }>,
  file: StoredFile | undefined,
): StoreError | undefined {
  if (file === undefined) return new StoreError("no_such_key", `${key} is not there`);
  return file.xetHash === content.hash
    ? undefined
    : new StoreError("conflict", `${key} was overwritten meanwhile`);
}

function filesIn({ lookUps }: BatchFacts, id: string): Files {
  const answer = lookUps.get(id);
  return answer !== undefined && "files" in answer ? answer.files : new Map();
}
