import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatHttpDate,
  formatIsoBasic,
  formatIsoMillis,
  parseHttpDate,
  parseIsoBasic,
  parseIsoDateTime,
  wholeSeconds,
} from "../../lib/http/dates.ts";

const DATE = new Date("1994-11-06T08:49:37.000Z");

Deno.test("dates are written as HTTP, SigV4 and S3's XML want them", () => {
  const date = new Date("2026-01-02T03:04:05.678Z");
  assertEquals(formatHttpDate(date), "Fri, 02 Jan 2026 03:04:05 GMT");
  assertEquals(formatIsoBasic(date), "20260102T030405Z");
  assertEquals(formatIsoMillis(date), "2026-01-02T03:04:05.678Z");
});

Deno.test("all forms of a date header are read", () => {
  const forms = [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 -0000",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 09:49:37 +0100",
    "Sun, 06 Nov 1994 03:19:37 -0530",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "Sun Nov 06 08:49:37 1994",
    " sun, 06 nov 1994 08:49:37 GMT ",
  ];
  for (const form of forms) assertEquals(parseHttpDate(form), DATE, form);
});

Deno.test("ISO 8601 is read with a zone, and with or without a fraction", () => {
  const forms = [
    "1994-11-06T08:49:37Z",
    "1994-11-06T08:49:37.000Z",
    "1994-11-06T09:49:37+01:00",
    "1994-11-06T03:19:37.000000000-0530",
  ];
  for (const form of forms) assertEquals(parseIsoDateTime(form), DATE, form);
  assertEquals(parseIsoDateTime("1994-11-06T08:49:37.5Z"), new Date(DATE.getTime() + 500));
  const bad = ["", "1994-11-06", "1994-11-06T08:49:37", "1994-02-31T08:49:37Z"];
  bad.push("1994-11-06T24:49:37Z", "19941106T084937Z", "1994-11-06 08:49:37Z", "x");
  for (const text of bad) assertEquals(parseIsoDateTime(text), undefined, text);
});

Deno.test("what is no date is not read", () => {
  const bad = [
    "",
    "now",
    "0",
    "1994",
    "1994-11-06T08:49:37Z",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 PST",
    "Sun, 06 Nov 1994 08:49:37 GMT, Mon, 07 Nov 1994 08:49:37 GMT",
  ];
  for (const text of bad) assertEquals(parseHttpDate(text), undefined, text);
  for (
    const text of ["", "20260102", "20260102T030405", "20261302T030405Z", "2026-01-02T03:04:05Z"]
  ) {
    assertEquals(parseIsoBasic(text), undefined, text);
  }
});

Deno.test("what was written is read again, to the second", () => {
  const date = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(fc.property(date, (date) => {
    const seconds = new Date(wholeSeconds(date) * 1000);
    assertEquals(parseHttpDate(formatHttpDate(date)), seconds);
    assertEquals(parseIsoBasic(formatIsoBasic(date)), seconds);
    assertEquals(parseIsoDateTime(formatIsoMillis(date)), date);
  }));
});

Deno.test("no text makes reading a date throw", () => {
  const words = fc.constantFrom(
    "Sun",
    ",",
    " ",
    "06",
    "Nov",
    "1994",
    "08:49:37",
    "GMT",
    "-",
    "+9999",
  );
  fc.assert(fc.property(fc.array(words, { maxLength: 12 }), (pieces) => {
    parseHttpDate(pieces.join(""));
    parseIsoBasic(pieces.join(""));
    parseIsoDateTime(pieces.join(""));
  }));
});
