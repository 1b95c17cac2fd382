import { assertEquals, assertThrows } from "@std/assert";
import { parse, XmlSyntaxError } from "@std/xml";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { readDocument } from "../../lib/xml/read.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function codeOf(body: Uint8Array): string {
  return assertThrows(() => readDocument(body, "Root"), S3Error).code;
}

Deno.test("readDocument() finds elements with and without a namespace, and with a prefix", () => {
  for (
    const text of [
      "<Root><Key>a</Key></Root>",
      '<Root xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Key>a</Key></Root>',
      '<s:Root xmlns:s="urn:x"><s:Key>a</s:Key></s:Root>',
      '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- hello -->\n<Root>\n  <Key>a</Key>\n</Root>\n',
    ]
  ) assertEquals(readDocument(bytes(text), "Root").textOf("Key"), "a");
});

Deno.test("readDocument() keeps blanks, decodes references and CDATA, and skips comments", () => {
  const root = readDocument(
    bytes("<Root><Key> a&amp;&lt;&#xD;&#10;<![CDATA[<&]]><!-- no -->z </Key><Other/></Root>"),
    "Root",
  );
  assertEquals(root.textOf("Key"), " a&<\r\n<&z ");
  assertEquals(root.textOf("Other"), "");
  assertEquals(root.textOf("Missing"), undefined);
});

Deno.test("readDocument() refuses an element that may occur once and occurs twice", () => {
  const root = readDocument(bytes("<Root><Key>a</Key><Key>b</Key></Root>"), "Root");
  assertEquals(root.children("Key").length, 2);
  assertEquals(assertThrows(() => root.child("Key"), S3Error).code, "MalformedXML");
});

Deno.test("readDocument() asks for a body", () => {
  assertEquals(codeOf(new Uint8Array(0)), "MissingRequestBodyError");
});

Deno.test("readDocument() refuses hostile and broken documents", () => {
  const bomb = '<!DOCTYPE Root [<!ENTITY a "aaaaaaaaaa">' +
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Root>&b;&b;</Root>';
  const attributes = Array.from({ length: 50 }, (_, i) => `a${i}="1"`).join(" ");
  for (
    const text of [
      bomb,
      '<!DOCTYPE Root SYSTEM "file:///etc/passwd"><Root/>',
      "<Root>&undefined;</Root>",
      "<Root>&constructor;</Root>",
      "<Root>&#0;</Root>",
      "<Root>\u0001</Root>",
      '<?xml version="1.1"?><Root>&#1;</Root>',
      "<Root>".repeat(100_000),
      "<Root>" + "<a>".repeat(20) + "</a>".repeat(20) + "</Root>",
      `<Root ${attributes}/>`,
      '<Root a="1" a="2"/>',
      "<x:Root/>",
      "<Other/>",
      "<Root>",
      "<Root></Other>",
      "<Root/><Root/>",
      "text",
      " ",
      "<Root/>text",
      "<".repeat(1000),
      "<Root>" + "<a/>".repeat(300_000) + "</Root>",
    ]
  ) assertEquals(codeOf(bytes(text)), "MalformedXML", text.slice(0, 60));
  assertEquals(codeOf(Uint8Array.of(0x3c, 0x52, 0xff, 0xfe, 0x3e)), "MalformedXML");
  assertEquals(
    codeOf(Uint8Array.of(...bytes("<Root>"), 0xc0, 0x80, ...bytes("</Root>"))),
    "MalformedXML",
  );
});

Deno.test("readDocument() reads a hundred thousand elements in little time", () => {
  const started = performance.now();
  const root = readDocument(bytes(`<Root>${"<a/>".repeat(100_000)}</Root>`), "Root");
  assertEquals(root.children("a").length, 100_000);
  assertEquals(performance.now() - started < 5000, true);
});

Deno.test("readDocument() answers any bytes with a document or an S3 error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
    try {
      readDocument(body, "Root");
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
    }
  }));
  const piece = fc.constantFrom(
    "<Root>",
    "</Root>",
    "<a",
    ">",
    "/>",
    "&",
    ";",
    "&#",
    "]]>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<![CDATA[",
    '"',
    "=",
    "x:",
    "\u{1F600}",
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    try {
      readDocument(bytes(pieces.join("")), "Root");
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
    }
  }));
});

Deno.test("parse() has the shape of @std/xml: names, attributes, typed children", () => {
  const { root } = parse('<r:a xmlns:r="urn:r" r:id="1"> <b/><![CDATA[c]]><!--d--></r:a>');
  assertEquals(root.name, { raw: "r:a", local: "a", prefix: "r", uri: "urn:r" });
  assertEquals(root.attributes["id"], "1");
  assertEquals(root.children.map(({ type }) => type), ["text", "element", "cdata", "comment"]);
  const bare = parse("<a> <b/><!--d--></a>", { ignoreWhitespace: true, ignoreComments: true });
  assertEquals(bare.root.children.length, 1);
});

Deno.test("parse() says where a document is wrong and obeys its bounds", () => {
  const error = assertThrows(() => parse("<a>\n<b></a>"), XmlSyntaxError);
  assertEquals(error.line, 2);
  assertThrows(() => parse("<a><b/></a>", { maxDepth: 1 }), XmlSyntaxError, "deeper than 1");
  assertThrows(() => parse('<a b="" c=""/>', { maxAttributes: 1 }), XmlSyntaxError, "more than 1");
  assertThrows(() => parse("<!DOCTYPE a><a/>"), XmlSyntaxError, "DOCTYPE");
  assertEquals(parse("<!DOCTYPE a><a/>", { disallowDoctype: false }).root.name.raw, "a");
  assertThrows(() => parse("<a>".repeat(300)), XmlSyntaxError, "deeper than 256");
});
