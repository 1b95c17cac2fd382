import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";

async function pages(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "*.md", "llms.txt", ":!tests"],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-");
}

Deno.test("links between pages lead to files and headings that there are", async () => {
  const wrong: string[] = [];
  for (const page of await pages()) {
    const text = await Deno.readTextFile(page);
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      const linked = await Deno.readTextFile(file).catch(() => undefined);
      if (linked === undefined) wrong.push(`${page}: ${target}`);
      else if (anchor !== undefined) {
        const anchors = linked.split("\n").flatMap((line) => /^#+ (.+)$/.exec(line)?.[1] ?? []);
        if (!anchors.some((heading) => anchorOf(heading) === anchor)) {
          wrong.push(`${page}: ${target}`);
        }
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("docs/README.md and llms.txt name every page", async () => {
  const index = await Deno.readTextFile("docs/README.md");
  const forAgents = await Deno.readTextFile("llms.txt");
  for (const page of await pages()) {
    const [, name] = /^docs\/([^/]+\.md)$/.exec(page) ?? [];
    if (name === undefined || name === "README.md") continue;
    assertEquals(index.includes(`(${name})`), true, `docs/README.md lacks ${name}`);
    assertEquals(forAgents.includes(`(docs/${name})`), true, `llms.txt lacks ${name}`);
  }
});
