import { assertEquals } from "@std/assert";
import { addBrowserSafety } from "../../lib/s3/browser_safety.ts";

const policyOf = (type?: string, sandbox = true): string | null => {
  const headers = new Headers(type === undefined ? {} : { "Content-Type": type });
  addBrowserSafety(headers, sandbox);
  assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
  return headers.get("Content-Security-Policy");
};

Deno.test("whatever a browser may run is shown in a sandbox", () => {
  const active = [
    "text/html",
    "TEXT/HTML; charset=utf-8",
    " text/html",
    "application/xhtml+xml",
    "image/svg+xml",
    "IMAGE/SVG+XML;charset=utf-8",
    "text/xml",
    "application/xml",
    "application/rss+xml",
    "video/x+xml",
    "audio/mpeg+xml",
    "multipart/x-mixed-replace; boundary=x",
    "message/rfc822",
    "text/plain, text/html",
    "image/png,text/html",
    "text/plain; charset=utf-8, text/html",
    "text/plain; charset=utf-8; x=y",
    "text/html;",
    "text/javascript",
    "*/*",
    "nonsense",
    "",
  ];
  for (const type of active) assertEquals(policyOf(type), "sandbox", type);
});

Deno.test("what cannot act is left alone", () => {
  const passive = [
    "image/png",
    "image/jpeg",
    "audio/mpeg",
    "video/mp4",
    "text/plain",
    "text/plain; charset=utf-8",
    "text/plain;charset=UTF-8",
    "application/json",
    "application/pdf",
    "application/octet-stream",
    "binary/octet-stream",
  ];
  for (const type of passive) assertEquals(policyOf(type), null, type);
  assertEquals(policyOf(undefined), null);
});

Deno.test("without a sandbox a type is still what it says", () => {
  assertEquals(policyOf("text/html", false), null);
});
