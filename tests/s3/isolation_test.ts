import { assertEquals, assertStringIncludes } from "@std/assert";
import { isolationPolicy } from "../../lib/s3/isolation.ts";
import { startGateway } from "../support/start_gateway.ts";

const INERT = [
  "text/plain",
  "Text/Plain; charset=utf-8",
  "image/png",
  "image/vnd.microsoft.icon",
  "video/mp4",
  "application/pdf",
  "application/json",
  "binary/octet-stream",
];
const ACTIVE = [
  "text/html",
  "TEXT/HTML;charset=utf-8",
  "image/svg+xml",
  "image/svg",
  "image/x+xml",
  "application/xml",
  "text/xml",
  "application/xhtml+xml",
  "multipart/x-mixed-replace",
  "text/plain, text/html",
  "unknown",
  "",
];

Deno.test("isolationPolicy() leaves types alone in which nothing runs, and no others", () => {
  for (const type of INERT) assertEquals(isolationPolicy(type), undefined, type);
  for (const type of ACTIVE) {
    const policy = isolationPolicy(type) ?? "";
    assertStringIncludes(policy, "sandbox", type);
    assertEquals(policy.includes("allow-same-origin"), false);
  }
});

Deno.test("where there is a console, objects in which something can run get an origin of their own", async () => {
  for (const console of [true, false]) {
    await using gateway = await startGateway({ console, credentials: [], allowAnonymous: true });
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await fetch(`${gateway.url}/${path}`, init);
      await answer.body?.cancel();
      return answer.headers.get("Content-Security-Policy");
    };
    await ask("pages", { method: "PUT" });
    for (const type of ["text/html", "text/plain"]) {
      await ask("pages/a", { method: "PUT", body: "x", headers: { "Content-Type": type } });
      const isSandboxed = (await ask("pages/a"))?.startsWith("sandbox ") ?? false;
      assertEquals(isSandboxed, console && type === "text/html");
    }
  }
});
