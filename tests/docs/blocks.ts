/** The fenced blocks of a page, and how each is run. */

/** A block of commands or code. */
export interface Block {
  /** `sh`, `python`, `js` or another word; empty where there is none. */
  readonly language: string;
  readonly text: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  readonly mark: Mark;
}

/**
 * What the comment before a block says: `<!-- run -->`, `<!-- run after: COMMANDS -->` (for what the reader has already),
 * `<!-- run until TEXT -->`, `<!-- not run: REASON -->`.
 */
export type Mark =
  | { readonly kind: "run"; readonly after: string }
  | { readonly kind: "until"; readonly text: string }
  | { readonly kind: "not"; readonly reason: string }
  | { readonly kind: "none" };

/**
 * The fenced blocks of a page.
 *
 * @param page Markdown.
 * @throws {Error} If a block has no end.
 */
export function blocksOf(page: string): readonly Block[] {
  const lines = page.split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, language] = /^```(\w*)$/.exec(lines[at] ?? "") ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf("```", at + 1);
    if (end < 0) throw new Error(`The block of line ${at + 1} has no end`);
    const before = lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "";
    blocks.push({
      language,
      text: lines.slice(at + 1, end).join("\n"),
      line: at + 1,
      mark: markOf(before),
    });
    at = end;
  }
  return blocks;
}

function markOf(line: string): Mark {
  const [, mark] = /^<!-- (run|run after: .+|run until .+|not run: .+) -->$/.exec(line) ?? [];
  if (mark === undefined) return { kind: "none" };
  if (mark === "run") return { kind: "run", after: "" };
  if (mark.startsWith("run after: ")) {
    return { kind: "run", after: mark.slice("run after: ".length) };
  }
  return mark.startsWith("run until ")
    ? { kind: "until", text: mark.slice("run until ".length) }
    : { kind: "not", reason: mark.slice("not run: ".length) };
}
