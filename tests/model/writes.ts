import type { Rng } from "./rng.ts";
import type { KeyState, ObjectState } from "./state.ts";
import {
  anyAttributes,
  anyCondition,
  anyTags,
  conditionHeaders,
  expectWrite,
  headersOf,
  type Operation,
  refusalBy,
  storedAt,
} from "./objects.ts";
import {
  type Expectation,
  halvesOf,
  isTolerated,
  judge,
  keyPath,
  Mismatch,
  noteWrite,
  type Reply,
  type World,
} from "./world.ts";

/** PutObject. */
export function putObject(world: World, rng: Rng, key: string): Operation {
  const content = world.contents.any(rng);
  const attributes = anyAttributes(rng);
  const condition = anyCondition(world, rng, key);
  const written = storedAt(key, { ...attributes, content });
  return {
    label: `PUT ${key} ${content.bytes.length} bytes ${condition?.kind ?? ""} ${
      JSON.stringify(headersOf(attributes))
    }`,
    request: {
      method: "PUT",
      target: keyPath(key),
      headers: { ...headersOf(attributes), ...conditionHeaders(condition) },
      body: content.bytes,
    },
    judge(reply) {
      const states = world.bucket.of(key);
      const expect = (state: KeyState) => expectWrite(world, condition, written, state);
      noteWrite(world, reply, key, judge(world, reply, states, expect));
    },
  };
}

/** DeleteObject, sometimes with a condition. */
export function deleteObject(world: World, rng: Rng, key: string): Operation {
  const condition = anyCondition(world, rng, key);
  const used = condition?.kind === "absent" ? undefined : condition;
  return {
    label: `DELETE ${key} ${used?.kind ?? ""}`,
    request: { method: "DELETE", target: keyPath(key), headers: conditionHeaders(used) },
    judge(reply) {
      const states = judge(world, reply, world.bucket.of(key), (state): Expectation<KeyState> => {
        // What a delete wants is the case already.
        const refused = state === undefined ? undefined : refusalBy(used, state);
        return refused === undefined
          ? { status: 204, after: undefined }
          : { ...refused, after: state };
      });
      noteWrite(world, reply, key, states);
    },
  };
}

/** DeleteObjects of some keys. */
export function deleteObjects(world: World, keys: readonly string[], quiet: boolean): Operation {
  const escaped = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const entries = keys.map((key) => `<Object><Key>${escaped(key)}</Key></Object>`).join("");
  const body = `<Delete>${quiet ? "<Quiet>true</Quiet>" : ""}${entries}</Delete>`;
  return {
    label: `DELETE of ${JSON.stringify(keys)}`,
    request: { method: "POST", target: "?delete", body },
    judge(reply) {
      if (reply?.status !== 200) {
        if (!isTolerated(world, reply)) throw new Mismatch(`${reply?.status} ${reply?.code}`);
        for (const key of keys) {
          noteWrite(world, reply, key, [...world.bucket.of(key), undefined]);
        }
        return;
      }
      const failed = new Map(
        [...reply.text.matchAll(/<Error>(.*?)<\/Error>/gs)].map(([, error = ""]) => [
          unescaped(/<Key>(.*?)<\/Key>/s.exec(error)?.[1] ?? ""),
          /<Code>(.*?)<\/Code>/.exec(error)?.[1] ?? "",
        ]),
      );
      const deleted = [...reply.text.matchAll(/<Deleted><Key>(.*?)<\/Key>/gs)]
        .map(([, key = ""]) => unescaped(key));
      const wanted = quiet ? [] : keys.filter((key) => !failed.has(key));
      if (JSON.stringify(deleted) !== JSON.stringify(wanted)) {
        throw new Mismatch(
          `deleted ${JSON.stringify(deleted)} instead of ${JSON.stringify(wanted)}`,
        );
      }
      for (const key of keys) {
        const code = failed.get(key);
        if (code !== undefined && !world.tolerance.codes.has(code)) throw new Mismatch(code);
        if (code === undefined) world.bucket.set(key, [undefined]);
        else {
          const left = world.bucket.of(key);
          const halves = world.tolerance.halves === true ? left.flatMap(halvesOf) : [];
          world.bucket.set(key, [...left, ...halves, undefined]);
        }
      }
    },
  };
}

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'").replaceAll("&amp;", "&");

/** What both ends of a copy may hold. */
interface Pair {
  readonly source: KeyState;
  readonly target: KeyState;
}

/** CopyObject, with directives and conditions on both ends. */
export function copyObject(world: World, rng: Rng, from: string, to: string): Operation {
  const replaces = rng.chance(0.4);
  const retags = rng.chance(0.3);
  const given = anyAttributes(rng);
  const condition = anyCondition(world, rng, to);
  const sourceCondition = anyCondition(world, rng, from);
  const onSource = sourceCondition?.kind === "content" ? sourceCondition : undefined;
  const { "x-amz-tagging": tagging, ...described } = headersOf(given);
  const written = (source: ObjectState): ObjectState =>
    storedAt(to, {
      content: source.content,
      ...(source.parts !== undefined && { parts: source.parts }),
      ...(replaces
        ? {
          headers: given.headers,
          ...(given.contentType !== undefined && { contentType: given.contentType }),
        }
        : {
          headers: source.headers,
          ...(source.contentType !== undefined && { contentType: source.contentType }),
        }),
      tags: retags ? given.tags : source.tags,
    });
  const isIllegal = from === to && !replaces && !retags;
  return {
    label: `COPY ${from} to ${to}${replaces ? ", replacing metadata" : ""}${
      retags ? ", replacing tags" : ""
    } ${condition?.kind ?? ""} ${onSource === undefined ? "" : "if source matches"}`,
    request: {
      method: "PUT",
      target: keyPath(to),
      headers: {
        "x-amz-copy-source": `/${world.bucketName}${keyPath(from)}`,
        ...(replaces && { "x-amz-metadata-directive": "REPLACE", ...described }),
        ...(retags && { "x-amz-tagging-directive": "REPLACE" }),
        ...(retags && tagging !== undefined && { "x-amz-tagging": tagging }),
        ...conditionHeaders(condition),
        ...(onSource !== undefined && { "x-amz-copy-source-if-match": onSource.etag }),
      },
    },
    judge(reply) {
      const pairs = world.bucket.of(from).flatMap((source) =>
        (from === to ? [source] : world.bucket.of(to)).map((target) => ({ source, target }))
      );
      const left = judge<Pair>(world, reply, pairs, (pair): Expectation<Pair> => {
        const { source, target } = pair;
        const refuse = (status: number, code: string) => ({ status, code, after: pair });
        if (isIllegal) return refuse(400, "InvalidRequest");
        if (source === undefined) return refuse(404, "NoSuchKey");
        if (onSource !== undefined && onSource.content.sha256 !== source.content.sha256) {
          return refuse(412, "PreconditionFailed");
        }
        const expected = expectWrite(world, condition, written(source), target, etagOfCopy);
        const after = expected.after;
        return { ...expected, after: { source: from === to ? after : source, target: after } };
      });
      world.bucket.set(from, left.map(({ source }) => source));
      noteWrite(world, reply, to, left.map(({ target }) => target));
    },
  };
}

const etagOfCopy = ({ text }: Reply): string | null => {
  const etag = /<ETag>(?:&quot;|")?([^<&"]*)/.exec(text)?.[1];
  return etag === undefined ? null : `"${etag}"`;
};

/** PutObjectTagging or DeleteObjectTagging. */
export function tagObject(world: World, rng: Rng, key: string): Operation {
  const tags = rng.chance(0.7) ? anyTags(rng) : undefined;
  const set = Object.entries(tags ?? {}).map(([name, value]) =>
    `<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`
  ).join("");
  return {
    label: `${tags === undefined ? "DELETE" : "PUT"} tags of ${key} ${JSON.stringify(tags)}`,
    request: {
      method: tags === undefined ? "DELETE" : "PUT",
      target: `${keyPath(key)}?tagging`,
      ...(tags !== undefined && { body: `<Tagging><TagSet>${set}</TagSet></Tagging>` }),
    },
    judge(reply) {
      const states = judge(
        world,
        reply,
        world.bucket.of(key),
        (state): Expectation<KeyState> =>
          state === undefined ? { status: 404, code: "NoSuchKey", after: state } : {
            status: tags === undefined ? 204 : 200,
            after: { ...state, tags: tags ?? {} },
          },
      );
      noteWrite(world, reply, key, states);
    },
  };
}
