/**
 * Reads `multipart/form-data` (RFC 7578) whose last part that counts is a file, as it streams: the fields before
 * it are bounded and kept, the file is never held whole.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import { BlockReader, concatenate } from "./block_reader.ts";

/** The most bytes before the file, boundaries and headers included (Amazon S3, POST Object: 20 KB). */
export const MAX_FORM_FIELDS_BYTES = 20 * 1024;
/** The longest boundary (RFC 2046 section 5.1.1). */
const MAX_BOUNDARY = 70;
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;

/** A form up to its file. */
export interface Form {
  /** The fields before the file: name in lower case → value. */
  readonly fields: ReadonlyMap<string, string>;
  /** The file's name without directories; empty when it has none. */
  readonly fileName: string;
  /**
   * The file's bytes. Ends well only when the form has: what follows the file is read and ignored.
   */
  readonly file: ReadableStream<Uint8Array>;
}

/**
 * The boundary of a form.
 *
 * @param contentType The header's value.
 * @returns Nothing when it is another type.
 * @throws {S3Error} MalformedPOSTRequest for a form without a usable boundary.
 */
export function formBoundary(contentType: string | null): string | undefined {
  if (!/^\s*multipart\/form-data\s*(;|$)/i.test(contentType ?? "")) return undefined;
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType ?? "");
  const boundary = match?.[1] ?? match?.[2];
  if (
    boundary === undefined || boundary.length > MAX_BOUNDARY || !/^[\x20-\x7e]+$/.test(boundary)
  ) {
    throw new S3Error("MalformedPOSTRequest");
  }
  return boundary;
}

/**
 * Reads a form up to the beginning of its file.
 *
 * @param body The form.
 * @param boundary Its boundary, from {@linkcode formBoundary}.
 * @throws {S3Error} MalformedPOSTRequest, MaxMessageLengthExceeded for more than 20 KiB before the file,
 * InvalidArgument without a file and for a field that is there twice.
 */
export async function readForm(
  body: ReadableStream<Uint8Array>,
  boundary: string,
): Promise<Form> {
  const source = new FormSource(body, boundary);
  try {
    return await readFields(source);
  } catch (error) {
    source.release();
    throw error;
  }
}

async function readFields(source: FormSource): Promise<Form> {
  const fields = new Map<string, string>();
  await source.collectPart();
  while (!await source.atEnd()) {
    const { name, fileName } = disposition(await source.readHeaders());
    if (name === "file") return { fields, fileName: baseName(fileName), file: source.fileStream() };
    if (fields.has(name)) {
      throw new S3Error("InvalidArgument", {
        message: `POST requires exactly one field ${name}`,
        fields: { ArgumentName: name },
      });
    }
    fields.set(name, decode(await source.collectPart()));
  }
  throw new S3Error("InvalidArgument", {
    message: "POST requires exactly one file upload per request.",
    fields: { ArgumentName: "file", ArgumentValue: "0" },
  });
}

/** The bytes of a form and the place in them. */
class FormSource {
  readonly #reader: BlockReader;
  readonly #delimiter: Uint8Array;
  /** Read and not yet taken. The first boundary has no line end before it, so one is put there. */
  #held: Uint8Array = new Uint8Array([CR, LF]);
  #ended = false;
  #fieldBytes = 0;

  constructor(body: ReadableStream<Uint8Array>, boundary: string) {
    this.#reader = new BlockReader(body);
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  }

  /** Gives up the body where it stands. */
  release(): void {
    if (!this.#ended) this.#reader.release();
  }

  /** Takes what is left of a part and the delimiter after it. */
  async collectPart(): Promise<Uint8Array> {
    return await this.#takeUntil(this.#delimiter);
  }

  /** After a delimiter: whether it was the last. Otherwise takes the rest of its line. */
  async atEnd(): Promise<boolean> {
    while (this.#held.length < 2) await this.#fill();
    if (this.#held[0] === DASH && this.#held[1] === DASH) return true;
    // RFC 2046 section 5.1.1 allows blanks after the boundary.
    const padding = decode(await this.#takeUntil(new Uint8Array([CR, LF])));
    if (padding.trim() !== "") throw new S3Error("MalformedPOSTRequest");
    return false;
  }

  /** Takes the headers of a part. */
  async readHeaders(): Promise<string> {
    return decode(await this.#takeUntil(new Uint8Array([CR, LF, CR, LF])));
  }

  /** The rest of this part, lazily, then the rest of the form, unseen. */
  fileStream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          for (;;) {
            const { bytes, last } = this.#takeFilePiece();
            if (bytes.length > 0) controller.enqueue(bytes);
            if (last) {
              await this.#ignoreRest();
              return controller.close();
            }
            if (bytes.length > 0) return;
            await this.#fill();
          }
        } catch (error) {
          this.release();
          throw error;
        }
      },
      cancel: async (reason) => {
        if (!this.#ended) await this.#reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  /** What of the held bytes is certainly the file's: the delimiter may be split over two reads. */
  #takeFilePiece(): { readonly bytes: Uint8Array; readonly last: boolean } {
    const held = this.#held;
    const at = indexOf(held, this.#delimiter);
    if (at >= 0) {
      this.#held = held.subarray(at + this.#delimiter.length);
      return { bytes: held.subarray(0, at), last: true };
    }
    const sure = Math.max(0, held.length - this.#delimiter.length + 1);
    // A delimiter begins with the only line feed's CR: without one at the end nothing is held back.
    const cr = held.indexOf(CR, sure);
    const cut = cr < 0 ? held.length : cr;
    this.#held = held.subarray(cut);
    return { bytes: held.subarray(0, cut), last: false };
  }

  async #ignoreRest(): Promise<void> {
    while (this.#held.length < 2) await this.#fill();
    const [first, second] = this.#held;
    const continues = first === CR || first === 0x20 || first === 0x09;
    if (!continues && !(first === DASH && second === DASH)) {
      throw new S3Error("MalformedPOSTRequest");
    }
    while (await this.#reader.next() !== undefined);
    this.#ended = true;
  }

  async #takeUntil(end: Uint8Array): Promise<Uint8Array> {
    let searched = 0;
    for (;;) {
      const at = indexOf(this.#held, end, searched);
      const size = at < 0 ? this.#held.length : at + end.length;
      if (this.#fieldBytes + size > MAX_FORM_FIELDS_BYTES) {
        throw new S3Error("MaxMessageLengthExceeded", {
          message: "Your POST request fields preceding the upload file were too large.",
          fields: { MaxMessageLengthBytes: String(MAX_FORM_FIELDS_BYTES) },
        });
      }
      if (at >= 0) {
        const taken = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(size);
        this.#fieldBytes += size;
        return taken;
      }
      searched = Math.max(0, this.#held.length - end.length + 1);
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    const block = await this.#reader.next();
    if (block === undefined) {
      this.#ended = true;
      throw new S3Error("MalformedPOSTRequest", {
        message: "The form ends before its last boundary.",
      });
    }
    this.#held = this.#held.length === 0
      ? block
      : concatenate([this.#held, block], this.#held.length + block.length);
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from = 0): number {
  const [first = 0] = wanted;
  const last = bytes.length - wanted.length;
  for (
    let at = bytes.indexOf(first, from);
    at >= 0 && at <= last;
    at = bytes.indexOf(first, at + 1)
  ) {
    let i = 1;
    while (i < wanted.length && bytes[at + i] === wanted[i]) i++;
    if (i === wanted.length) return at;
  }
  return -1;
}

/** The name of a field in lower case and the file's name, by a part's Content-Disposition. */
function disposition(headers: string): { readonly name: string; readonly fileName: string } {
  const line = headers.split("\r\n").find((header) => /^content-disposition\s*:/i.test(header));
  const value = line?.slice(line.indexOf(":") + 1).trim() ?? "";
  const name = parameter(value, "name");
  if (!/^form-data\s*(;|$)/i.test(value) || !name) throw new S3Error("MalformedPOSTRequest");
  return { name: name.toLowerCase(), fileName: parameter(value, "filename") ?? "" };
}

function parameter(value: string, name: string): string | undefined {
  // Quoted strings are taken whole, so that nothing inside one is read as a parameter.
  const pattern = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:\\["\\]|[^"])*)"|([^;"]*))/g;
  for (const [, found = "", quoted, plain = ""] of value.matchAll(pattern)) {
    if (found.toLowerCase() !== name) continue;
    // A backslash before anything else is one: some browsers sent Windows paths.
    return quoted === undefined ? plain.trim() : quoted.replaceAll(/\\(["\\])/g, "$1");
  }
  return undefined;
}

const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new S3Error("MalformedPOSTRequest", {
      message: "The form's fields are not UTF-8.",
      cause,
    });
  }
}
