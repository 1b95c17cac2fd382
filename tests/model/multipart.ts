import { contentOf, joined, MIN_PART_SIZE } from "./contents.ts";
import {
  anyAttributes,
  anyCondition,
  conditionHeaders,
  expectWrite,
  headersOf,
  storedAt,
} from "./objects.ts";
import type { Operation } from "./objects.ts";
import type { Rng } from "./rng.ts";
import type { KeyState, ObjectState, PartState, UploadState } from "./state.ts";
import { isTolerated, judge, keyPath, Mismatch, noteWrite, type World } from "./world.ts";

/** What the source of a part, and the part, may hold. */
interface PartPair {
  readonly source: KeyState;
  readonly part: PartState;
}

/** What a key may hold, and what may be made of the parts. */
interface WholePair {
  readonly state: KeyState;
  readonly whole: ObjectState;
}

/** CreateMultipartUpload. */
export function createUpload(world: World, rng: Rng, key: string): Operation {
  const attributes = anyAttributes(rng);
  return {
    label: `CREATE upload of ${key}`,
    request: { method: "POST", target: `${keyPath(key)}?uploads`, headers: headersOf(attributes) },
    judge(reply) {
      const id = /<UploadId>([^<]+)</.exec(reply?.text ?? "")?.[1];
      if (reply?.status === 200 && id !== undefined) {
        world.bucket.uploads.set(id, { id, key, attributes, parts: new Map(), unclear: false });
      } else if (!isTolerated(world, reply)) {
        throw new Mismatch(`an upload was answered with ${reply?.status} ${reply?.code}`);
      }
    },
  };
}

/** UploadPart or UploadPartCopy. */
export function uploadPart(world: World, rng: Rng, upload: UploadState): Operation {
  const number = 1 + rng.int(3);
  const from = rng.chance(0.3) ? rng.pick(world.bucket.keys()) : undefined;
  if (from !== undefined) return copyPart(world, rng, upload, number, from);
  const content = world.largeParts && rng.chance(0.4)
    ? world.contents.large(rng)
    : world.contents.any(rng);
  return {
    label: `PUT part ${number} of ${upload.key}, ${content.bytes.length} bytes`,
    request: {
      method: "PUT",
      target: `${keyPath(upload.key)}?partNumber=${number}&uploadId=${upload.id}`,
      body: content.bytes,
    },
    judge(reply) {
      const states = judge<PartState>(
        world,
        reply,
        upload.parts.get(number) ?? [undefined],
        () => ({
          status: 200,
          after: content,
          problem: ({ headers }) =>
            headers.get("etag") === `"${content.md5}"` ? undefined : "no MD5 of the part",
        }),
      );
      upload.parts.set(number, states);
    },
  };
}

function copyPart(
  world: World,
  rng: Rng,
  upload: UploadState,
  number: number,
  from: string,
): Operation {
  const size = rng.pick(world.bucket.of(from))?.content.bytes.length ?? 0;
  const [a, b] = [rng.int(size), rng.int(size)];
  const range = rng.chance(0.5) && size > 0
    ? { first: Math.min(a, b), last: Math.max(a, b) }
    : undefined;
  return {
    label: `COPY ${from} ${JSON.stringify(range)} to part ${number} of ${upload.key}`,
    request: {
      method: "PUT",
      target: `${keyPath(upload.key)}?partNumber=${number}&uploadId=${upload.id}`,
      headers: {
        "x-amz-copy-source": `/${world.bucketName}${keyPath(from)}`,
        ...(range && { "x-amz-copy-source-range": `bytes=${range.first}-${range.last}` }),
      },
    },
    judge(reply) {
      const pairs = world.bucket.of(from).flatMap((source) =>
        (upload.parts.get(number) ?? [undefined]).map((part) => ({ source, part }))
      );
      const left = judge<PartPair>(world, reply, pairs, (pair) => {
        if (pair.source === undefined) return { status: 404, code: "NoSuchKey", after: pair };
        const { bytes } = pair.source.content;
        if (range !== undefined && range.last >= bytes.length) {
          return { status: 416, code: "InvalidRange", after: pair };
        }
        const part = range === undefined
          ? pair.source.content
          : contentOf(bytes.slice(range.first, range.last + 1));
        return { status: 200, after: { source: pair.source, part } };
      });
      world.bucket.set(from, left.map(({ source }) => source));
      // Its tag is no MD5, so that it cannot be named by its bytes: whoever completes asks ListParts.
      upload.parts.set(number, left.map(({ part }) => part));
    },
  };
}

/** AbortMultipartUpload. */
export function abortUpload(world: World, upload: UploadState): Operation {
  return {
    label: `ABORT upload of ${upload.key}`,
    request: { method: "DELETE", target: `${keyPath(upload.key)}?uploadId=${upload.id}` },
    judge(reply) {
      if (reply?.status === 204) world.bucket.uploads.delete(upload.id);
      else if (isTolerated(world, reply)) upload.unclear = true;
      else throw new Mismatch(`an abort was answered with ${reply?.status} ${reply?.code}`);
    },
  };
}

/** A part as ListParts shows it. */
interface ListedPart {
  readonly number: number;
  readonly etag: string;
  readonly size: number;
}

/** Lists the parts and holds them against the model; undefined if that failed as it may. */
export async function listParts(
  world: World,
  upload: UploadState,
): Promise<readonly ListedPart[] | undefined> {
  const target = `${keyPath(upload.key)}?uploadId=${upload.id}`;
  const reply = await world.send({ method: "GET", target });
  if (reply?.status !== 200) {
    if (!isTolerated(world, reply)) throw new Mismatch(`${reply?.status} ${reply?.code}`);
    return undefined;
  }
  const listed = [...reply.text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: (/<ETag>([^<]*)</.exec(part)?.[1] ?? "").replaceAll("&quot;", '"'),
    size: Number(/<Size>(\d+)</.exec(part)?.[1]),
  }));
  const numbers = new Set([...listed.map(({ number }) => number), ...upload.parts.keys()]);
  for (const number of numbers) {
    const size = listed.find((part) => part.number === number)?.size;
    const states = upload.parts.get(number) ?? [undefined];
    const left = states.filter((state) => state?.bytes.length === size);
    if (left.length === 0) throw new Mismatch(`part ${number} is listed with ${size} bytes`);
    upload.parts.set(number, left);
  }
  return listed;
}

/** CompleteMultipartUpload with some of the parts that are listed, sometimes with a mistake. */
export function completeUpload(
  world: World,
  rng: Rng,
  upload: UploadState,
  listed: readonly ListedPart[],
): Operation {
  const { key } = upload;
  const chosen = rng.chance(0.8) ? listed : rng.some(listed, 0.6);
  const wrongTag = rng.chance(0.08);
  const wrongOrder = !wrongTag && chosen.length > 1 && rng.chance(0.08);
  const condition = anyCondition(world, rng, key);
  const named = wrongOrder ? [...chosen].reverse() : chosen;
  const parts = named.map(({ number, etag }, i) => {
    const tag = wrongTag && i === 0 ? `"${"0".repeat(32)}"` : etag;
    return `<Part><PartNumber>${number}</PartNumber><ETag>${tag}</ETag></Part>`;
  }).join("");
  return {
    label: `COMPLETE ${key} of ${chosen.length} parts ${condition?.kind ?? ""}${
      wrongTag ? ", a wrong tag" : wrongOrder ? ", in a wrong order" : ""
    }`,
    request: {
      method: "POST",
      target: `${keyPath(key)}?uploadId=${upload.id}`,
      headers: conditionHeaders(condition),
      body: `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`,
    },
    judge(reply) {
      const small = chosen.slice(0, -1).some(({ size }) => size < MIN_PART_SIZE);
      const refusal = chosen.length === 0
        ? "MalformedXML"
        : wrongOrder
        ? "InvalidPartOrder"
        : wrongTag
        ? "InvalidPart"
        : small
        ? "EntityTooSmall"
        : undefined;
      const wholes = wholesOf(upload, chosen);
      const pairs = world.bucket.of(key).flatMap((state) =>
        wholes.map((whole) => ({ state, whole }))
      );
      const left = judge<WholePair>(world, reply, pairs, (pair) => {
        if (refusal !== undefined) return { status: 400, code: refusal, after: pair };
        const expected = expectWrite(
          world,
          condition,
          pair.whole,
          pair.state,
          ({ text }) => /<ETag>([^<]*)</.exec(text)?.[1]?.replaceAll("&quot;", '"') ?? null,
        );
        return { ...expected, after: { ...pair, state: expected.after } };
      });
      noteWrite(world, reply, key, left.map(({ state }) => state));
      if (reply?.status === 200 && reply.code === "") world.bucket.uploads.delete(upload.id);
      else if (isTolerated(world, reply)) upload.unclear = true;
    },
  };
}

/** The objects that the chosen parts may make. */
function wholesOf(upload: UploadState, chosen: readonly ListedPart[]): readonly ObjectState[] {
  let rows: readonly (readonly PartState[])[] = [[]];
  for (const { number } of chosen) {
    const states = upload.parts.get(number) ?? [];
    rows = rows.flatMap((row) => states.map((state) => [...row, state]));
  }
  return rows.map((row): ObjectState => {
    const contents = row.filter((part) => part !== undefined);
    return storedAt(upload.key, {
      ...upload.attributes,
      content: joined(contents),
      parts: contents.map(({ bytes }, i) => ({
        number: chosen[i]?.number ?? 0,
        size: bytes.length,
      })),
    });
  });
}
