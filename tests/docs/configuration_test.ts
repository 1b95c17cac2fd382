import { assertEquals } from "@std/assert";
import { configurationPage } from "../../tools/configuration_page.ts";

Deno.test("docs/configuration.md is what the code says (deno task docs:configuration writes it)", async () => {
  assertEquals(await Deno.readTextFile("docs/configuration.md"), configurationPage());
});
