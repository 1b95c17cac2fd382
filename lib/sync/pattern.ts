/**
 * A pattern as Python's `fnmatch` reads it, which `huggingface_hub` uses for paths: `*` is any text,
 * `/` included, `?` one character, `[a-z]` one of a set, `[!a-z]` one outside it. It has to match
 * the whole path, letter for letter; `\` is read as `/`.
 *
 * @returns Whether a path matches.
 */
export function compilePattern(pattern: string): (path: string) => boolean {
  const characters = [...pattern.replaceAll("\\", "/")];
  let source = "";
  for (let at = 0; at < characters.length;) {
    const character = characters[at++] ?? "";
    if (character === "*") {
      if (characters[at - 2] !== "*") source += ".*";
    } else if (character === "?") source += ".";
    else if (character === "[") {
      const end = endOfSet(characters, at);
      if (end === undefined) source += escape(character);
      else {
        source += setOf(characters.slice(at, end));
        at = end + 1;
      }
    } else source += escape(character);
  }
  const expression = new RegExp(`^(?:${source})$`, "su");
  return (path) => expression.test(path);
}

/** Where the `]` is that ends a set; one that comes first belongs to the set. */
function endOfSet(characters: readonly string[], start: number): number | undefined {
  let from = start;
  if (characters[from] === "!") from++;
  if (characters[from] === "]") from++;
  const end = characters.indexOf("]", from);
  return end < 0 ? undefined : end;
}

function setOf(content: readonly string[]): string {
  const isNegated = content[0] === "!";
  const members = isNegated ? content.slice(1) : content;
  let set = "";
  for (let at = 0; at < members.length; at++) {
    const first = members[at] ?? "";
    const last = members[at + 2];
    if (members[at + 1] !== "-" || last === undefined) set += escape(first);
    else {
      at += 2;
      if (codeOf(first) <= codeOf(last)) set += `${escape(first)}-${escape(last)}`;
    }
  }
  // What a backwards range leaves empty matches nothing, or with `!` anything.
  return `[${isNegated ? "^" : ""}${set}]`;
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;
const escape = (character: string): string => `\\u{${codeOf(character).toString(16)}}`;

/** Whether a text has signs of a pattern. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * Divides a pattern where its directories cease to be plain names.
 *
 * @returns The directory that every path which matches is in, and the pattern below that.
 */
export function folderOfPattern(
  pattern: string,
): { readonly folder: string; readonly pattern: string } {
  const plain = /^[^*?[\\]*/.exec(pattern)?.[0] ?? "";
  const end = plain.lastIndexOf("/");
  return { folder: plain.slice(0, Math.max(end, 0)), pattern: pattern.slice(end + 1) };
}
