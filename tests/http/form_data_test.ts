import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { type Form, formBoundary, readForm } from "../../lib/http/form_data.ts";

const BOUNDARY = "b0undary";

/** A stream that gives its bytes in pieces of these sizes, over and over. */
function inPieces(bytes: Uint8Array, sizes: readonly number[]): ReadableStream<Uint8Array> {
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = sizes[turn++ % sizes.length] ?? 1;
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

const latin1 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const field = (name: string, value: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const fileHead = (name = "f.txt"): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n` +
  "Content-Type: text/plain\r\n\r\n";

const END = `\r\n--${BOUNDARY}--\r\n`;

const read = (text: string, sizes: readonly number[] = [7]): Promise<Form> =>
  readForm(inPieces(latin1(text), sizes), BOUNDARY);

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, S3Error)).code;
}

Deno.test("a form's fields and file are read, however the stream is cut and whatever the file holds", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom("\r", "\n", "-", "\r\n", `\r\n--${BOUNDARY.slice(0, 4)}`, "--", "x"))
      .map((pieces) => latin1(pieces.join(""))),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
  await fc.assert(fc.asyncProperty(bytes, sizes, async (content, cut) => {
    const head = latin1(field("Key", "a/${filename}") + field("x", "") + fileHead());
    const tail = latin1(END + "what follows is ignored");
    const form = await readForm(
      inPieces(new Uint8Array([...head, ...content, ...tail]), cut),
      BOUNDARY,
    );
    assertEquals([...form.fields], [["key", "a/${filename}"], ["x", ""]]);
    assertEquals(form.fileName, "f.txt");
    assertEquals(await new Response(form.file).bytes(), new Uint8Array(content));
  }));
});

Deno.test("fields after the file do not count", async () => {
  const form = await read(
    field("key", "k") + fileHead() + "bytes\r\n" + field("acl", "public-read") + END.slice(2),
  );
  assertEquals(await new Response(form.file).text(), "bytes");
  assertEquals([...form.fields.keys()], ["key"]);
});

Deno.test("a file's name is taken without directories and with its escapes", async () => {
  for (
    const [sent, name] of [
      ["C:\\\\dir\\\\a.txt", "a.txt"],
      ["../../etc/passwd", "passwd"],
      ["a;name=b.txt", "a;name=b.txt"],
      ['q\\"q', 'q"q'],
      ["", ""],
    ] as const
  ) {
    const { fileName, file } = await read(fileHead(sent) + END);
    await file.cancel();
    assertEquals(fileName, name);
  }
});

Deno.test("forms that are none are refused", async () => {
  const hostile: [string, string][] = [
    ["", "MalformedPOSTRequest"],
    ["no boundary", "MalformedPOSTRequest"],
    [`--${BOUNDARY}--`, "InvalidArgument"],
    [field("key", "k") + `--${BOUNDARY}--`, "InvalidArgument"],
    [field("key", "k") + field("KEY", "l") + fileHead() + END, "InvalidArgument"],
    [`--${BOUNDARY}junk\r\n`, "MalformedPOSTRequest"],
    [`--${BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\n${END}`, "MalformedPOSTRequest"],
    [`--${BOUNDARY}\r\nX: y\r\n\r\nv${END}`, "MalformedPOSTRequest"],
    [field("key", "\xff"), "MalformedPOSTRequest"],
    [field("key", "k").slice(0, -4), "MalformedPOSTRequest"],
    [field("key", "x".repeat(21_000)) + fileHead() + END, "MaxMessageLengthExceeded"],
    ["x".repeat(30_000), "MaxMessageLengthExceeded"],
  ];
  for (const [text, code] of hostile) {
    assertEquals(await codeOf(read(text)), code, text.slice(0, 60));
  }
});

Deno.test("a file without its last boundary fails at its end", async () => {
  for (const end of ["", "\r\n--b0und", `\r\n--${BOUNDARY}`, `\r\n--${BOUNDARY}xx`]) {
    const { file } = await read(fileHead() + "bytes" + end);
    assertEquals(await codeOf(new Response(file).bytes()), "MalformedPOSTRequest", end);
  }
});

Deno.test("formBoundary() reads the boundary", () => {
  assertEquals(formBoundary("multipart/form-data; boundary=abc"), "abc");
  assertEquals(formBoundary('Multipart/Form-Data; charset=x; Boundary="a b"'), "a b");
  assertEquals(formBoundary("text/plain; boundary=abc"), undefined);
  assertEquals(formBoundary(null), undefined);
  for (const bad of ["multipart/form-data", `multipart/form-data; boundary=${"x".repeat(71)}`]) {
    assertThrows(() => formBoundary(bad), S3Error);
  }
});
