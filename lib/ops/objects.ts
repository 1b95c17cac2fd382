import { S3Error } from "../errors/s3_error.ts";
import { beginStream } from "../http/begin_stream.ts";
import { evaluateRead, ifRangeHolds } from "../http/conditions.ts";
import { tagsOf } from "../http/etags.ts";
import { parseRange } from "../http/range.ts";
import type { GetObjectInput, GetObjectOutput, ObjectInput } from "../s3/operations.ts";
import type { StoredObject } from "../store/object_store.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { commitOne } from "./commit_one.ts";
import { type PartRead, readPart } from "./object_parts.ts";
import { withChecksum } from "./computed_checksum.ts";
import { locationOf } from "./redirect.ts";
import { defaultChecksum, storedChecksum } from "./stored_checksum.ts";
import { writeCondition } from "./write_condition.ts";

/** PutObject: nothing is visible before the body has ended well and its digests have been verified. */
export const putObject: OperationHandler<"PutObject"> = async (context, input) => {
  const { store, signal } = context;
  store.checkKey(input.key, input.attributes);
  const { body } = input;
  const computed = withChecksum(body.stream, defaultChecksum(context, body.checksumAlgorithm));
  const { content } = await store.stage(input.bucket, computed.stream, { signal });
  const checksums = { ...computed.checksums(), ...body.digests().checksums };
  const [checksum] = Object.entries(checksums).map(([algorithm, value]) =>
    ({ algorithm, value, type: "FULL_OBJECT" }) as const
  );
  const object = await commitOne(store, input.bucket, {
    kind: "put",
    key: input.key,
    content,
    attributes: { ...input.attributes, ...storedChecksum(context, checksum) },
    ...writeCondition(input.conditions),
  });
  return { object, checksums };
};

/** HeadObject: GetObject without the bytes. */
export const headObject: OperationHandler<"HeadObject"> = describe;

/** GetObject: conditions in the order of RFC 9110 §13.2.2, then the range. */
export const getObject: OperationHandler<"GetObject"> = async (context, input) => {
  const output = await describe(context, input);
  if (output.notModified) return output;
  const { store, signal } = context;
  const { object, range } = output;
  const location = await locationOf(context, input, object);
  if (location !== undefined) return { ...output, location };
  const content = store.read(input.bucket, object.content, {
    signal,
    lent: context.lentBodies ?? false,
    ...(range.kind === "part" && { range: { first: range.first, last: range.last } }),
  });
  // Bytes that cannot be had are an error of the answer, not an answer that breaks off.
  return { ...output, body: await beginStream(content) };
};

async function describe(
  context: OperationContext,
  input: GetObjectInput,
): Promise<GetObjectOutput> {
  if (input.partNumber !== undefined && input.range !== undefined) {
    throw new S3Error("InvalidRequest", {
      message: "Cannot specify both Range header and partNumber query parameter",
    });
  }
  const object = await statObject(context, input, tagsOf(input.conditions.ifMatch));
  const { overrides } = input;
  const outcome = evaluateRead(input.conditions, object, new Date(context.now()));
  switch (outcome.kind) {
    case "failed":
      throw new S3Error("PreconditionFailed", { fields: { Condition: outcome.condition } });
    case "not-modified":
      return { object, range: { kind: "whole" }, notModified: true, overrides };
    case "proceed":
      return {
        object,
        ...await selectBytes(context, input, object),
        notModified: false,
        overrides,
      };
  }
}

/** Which bytes are sent, and the checksum of just those if it was asked for and is stored. */
async function selectBytes(
  context: OperationContext,
  input: GetObjectInput,
  object: StoredObject,
): Promise<PartRead> {
  const selected = input.partNumber === undefined
    ? wholeOrRange(input, object)
    : await readPart(context, input.bucket, object, input.partNumber);
  if (input.checksumMode === true) return selected;
  const { checksum: _, ...rest } = selected;
  return rest;
}

function wholeOrRange(input: GetObjectInput, object: StoredObject): PartRead {
  const range = rangeOf(input, object);
  const { checksum } = object.attributes;
  return { range, ...(range.kind === "whole" && checksum && { checksum }) };
}

function rangeOf(input: GetObjectInput, object: StoredObject): GetObjectOutput["range"] {
  const { size } = object.content;
  const applies = input.ifRange === undefined || ifRangeHolds(input.ifRange, object);
  const range = parseRange(applies ? input.range : undefined, size);
  if (range.kind !== "unsatisfiable") return range;
  throw new S3Error("InvalidRange", {
    fields: { RangeRequested: input.range ?? "", ActualObjectSize: String(size) },
    headers: { "Content-Range": `bytes */${size}` },
  });
}

/** What a key holds, in the version that is asked for; throws NoSuchKey. */
export async function statObject(
  { store }: OperationContext,
  { bucket, key, versionId }: ObjectInput,
  etags: readonly string[] = [],
): Promise<StoredObject> {
  const [object] = await store.stat(bucket, [key], {
    ...(versionId !== undefined && { versionId }),
    ...(etags.length > 0 && { etags }),
  });
  if (object === undefined) throw new S3Error("NoSuchKey", { fields: { Key: key } });
  return object;
}
