import { assertEquals } from "@std/assert";
import { parse } from "@std/xml";
import fc from "fast-check";
import { bareDocument, el, escapeXml, optional, s3Document } from "../../lib/xml/write.ts";

Deno.test("el() escapes text, renders numbers and lists, and leaves out what is undefined", () => {
  const element = el("A", el("B", "<&>\"'"), 5, false, undefined, [el("C"), [el("D", "")]]);
  assertEquals(element.markup, "<A><B>&lt;&amp;&gt;&quot;&apos;</B>5false<C/><D/></A>");
  assertEquals(optional("A", undefined), undefined);
  assertEquals(optional("A", 0)?.markup, "<A>0</A>");
});

Deno.test("documents begin with the declaration; S3's have its namespace and errors none", () => {
  assertEquals(
    s3Document("R", el("A", 1)),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<R xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><A>1</A></R>',
  );
  assertEquals(bareDocument("R"), '<?xml version="1.0" encoding="UTF-8"?>\n<R/>');
});

Deno.test("escapeXml() writes blanks that parsers change as references", () => {
  assertEquals(escapeXml("a\tb\nc\rd e"), "a&#x9;b&#xA;c&#xD;d e");
});

Deno.test("escapeXml() replaces what XML cannot hold", () => {
  assertEquals(escapeXml("\u0000\u0001\u001F\uFFFE\uFFFF\uD800"), "\uFFFD".repeat(6));
  assertEquals(escapeXml("\u007F\u0085\u{1F600}"), "\u007F\u0085\u{1F600}");
});

Deno.test("whatever XML can hold survives writing and parsing", () => {
  const isAllowed = (text: string) => !/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text);
  const text = fc.string({ unit: "binary" }).filter(isAllowed);
  fc.assert(fc.property(text, (value) => {
    const [child] = parse(bareDocument("R", value)).root.children;
    assertEquals(child?.type === "text" ? child.text : "", value);
  }));
});

Deno.test("whatever is written can be parsed", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    parse(bareDocument("R", el("A", value)));
  }));
});
