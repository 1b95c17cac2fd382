import * as v from "valibot";
import { StoreError } from "../../errors/store_error.ts";

/** How one kind of the gateway's own files is written and read: JSON with a version, of bounded size. */
export interface SidecarFormat<T> {
  /** For messages. */
  readonly name: string;
  /** Bytes of the longest file. */
  readonly maxBytes: number;
  /** The JSON value of a document. */
  readonly write: (value: T) => unknown;
  /** Takes a JSON value apart. */
  readonly schema: v.GenericSchema<unknown, T>;
}

/**
 * The text of a document.
 *
 * @throws {StoreError} `too_large`.
 * @throws {TypeError} for a value that could not be read again.
 */
export function writeSidecar<T>(format: SidecarFormat<T>, value: T): Uint8Array<ArrayBuffer> {
  const json = format.write(value);
  if (!v.is(format.schema, json)) throw new TypeError(`What ${format.name} cannot hold`);
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  if (bytes.length > format.maxBytes) {
    throw new StoreError("too_large", `${format.name} of more than ${format.maxBytes} bytes`);
  }
  return bytes;
}

/** What a text says, or undefined: anyone who may write to the bucket can have written it. */
export function readSidecar<T>(
  format: Pick<SidecarFormat<T>, "schema">,
  text: string,
): T | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The caller tells of everything that cannot be read.
    return undefined;
  }
  const parsed = v.safeParse(format.schema, json);
  return parsed.success ? parsed.output : undefined;
}

/** The printed form of a Xet hash. */
export const HashSchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/),
);

/** Text that can be sent as UTF-8. */
export const TextSchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed(), "not well-formed"),
);

/** Text that fits into one line: the value of a header. */
export const LineSchema: v.GenericSchema<string> = v.pipe(
  TextSchema,
  // What ends or breaks a header line (RFC 9110 §5.5).
  v.check((text) => !/[\0\r\n]/.test(text), "more than one line"),
);
