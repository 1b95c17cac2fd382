import * as v from "valibot";

/** An access key pair that clients sign with. */
export interface AccessKey {
  /** The public half. */
  readonly accessKeyId: string;
  /** The secret half. */
  readonly secretAccessKey: string;
}

const StoredKey = v.object({
  accessKeyId: v.pipe(v.string(), v.nonEmpty()),
  secretAccessKey: v.pipe(v.string(), v.nonEmpty()),
});

const ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The access key pair that is kept in a directory; made on the first call, readable by its owner only.
 *
 * @param directory Made if it is not there.
 * @throws {Error} When the file is there but holds something else.
 */
export async function accessKeyOf(directory: string): Promise<AccessKey> {
  const path = `${directory}/access_key.json`;
  try {
    return parse(path, await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = makeAccessKey();
  await Deno.mkdir(directory, { recursive: true });
  return await keep(directory, path, key);
}

/** Written beside its place and moved there, so that a file under its name is whole. */
async function keep(directory: string, path: string, key: AccessKey): Promise<AccessKey> {
  const part = `${directory}/access_key.${crypto.randomUUID()}.part`;
  await Deno.writeTextFile(part, `${JSON.stringify(key)}\n`, { mode: 0o600, createNew: true });
  await Deno.rename(part, path);
  // Another process may have been as quick: what lies there now counts.
  return parse(path, await Deno.readTextFile(path));
}

function parse(path: string, text: string): AccessKey {
  try {
    return v.parse(StoredKey, JSON.parse(text));
  } catch (cause) {
    throw new Error(`${path} does not hold an access key pair: delete it to have a new one made`, {
      cause,
    });
  }
}

/** A pair in the usual lengths: 20 and 40 characters. */
function makeAccessKey(): AccessKey {
  const id = crypto.getRandomValues(new Uint8Array(18));
  const secret = crypto.getRandomValues(new Uint8Array(30));
  return {
    accessKeyId: `HB${[...id].map((byte) => ID_ALPHABET[byte & 31]).join("")}`,
    secretAccessKey: secret.toBase64({ alphabet: "base64url" }),
  };
}
