/**
 * Which of some paths match patterns, as Python 3.11's `fnmatch.fnmatchcase` says.
 *
 * @module
 */

/** All paths that were tried. */
export const PATHS: readonly string[] = [
  "",
  "a",
  "a.txt",
  "a/b",
  "a/b.txt",
  "x/a/b",
  "abc",
  "a/c",
  "ax",
  "bx",
  "cx",
  "]x",
  "[x",
  "bz",
  "-x",
  "^x",
  "dx",
  "ex",
  "[",
  "[a",
  "a[",
  "a.b",
  "ab",
  "axxb",
  ".x",
  "{a,b}",
  "(a|b)",
  "+.^$",
  "été",
  "🎉",
  "🎉a",
  "🎉x",
  "data/x",
  "data/q/x",
  "&x",
  "b\nz",
  "\n",
  "f0",
  "[!]",
  "A.TXT",
  ".hidden.txt",
  "/n",
];

/** Those that match, by pattern. */
export const MATCHES: Readonly<Record<string, readonly string[]>> = {
  "*": [
    "",
    "a",
    "a.txt",
    "a/b",
    "a/b.txt",
    "x/a/b",
    "abc",
    "a/c",
    "ax",
    "bx",
    "cx",
    "]x",
    "[x",
    "bz",
    "-x",
    "^x",
    "dx",
    "ex",
    "[",
    "[a",
    "a[",
    "a.b",
    "ab",
    "axxb",
    ".x",
    "{a,b}",
    "(a|b)",
    "+.^$",
    "été",
    "🎉",
    "🎉a",
    "🎉x",
    "data/x",
    "data/q/x",
    "&x",
    "b\nz",
    "\n",
    "f0",
    "[!]",
    "A.TXT",
    ".hidden.txt",
    "/n",
  ],
  "*.txt": [
    "a.txt",
    "a/b.txt",
    ".hidden.txt",
  ],
  "a/*": [
    "a/b",
    "a/b.txt",
    "a/c",
  ],
  "*/b": [
    "a/b",
    "x/a/b",
  ],
  "a?c": [
    "abc",
    "a/c",
  ],
  "[ab]x": [
    "ax",
    "bx",
  ],
  "[!ab]x": [
    "cx",
    "]x",
    "[x",
    "-x",
    "^x",
    "dx",
    "ex",
    ".x",
    "🎉x",
    "&x",
  ],
  "[]]x": [
    "]x",
  ],
  "[!]]x": [
    "ax",
    "bx",
    "cx",
    "[x",
    "-x",
    "^x",
    "dx",
    "ex",
    ".x",
    "🎉x",
    "&x",
  ],
  "[a-c]z": [
    "bz",
  ],
  "[z-a]z": [],
  "[!z-a]z": [
    "bz",
  ],
  "[": [
    "[",
  ],
  "[a": [
    "[a",
  ],
  "a[": [
    "a[",
  ],
  "a**b": [
    "a/b",
    "a.b",
    "ab",
    "axxb",
  ],
  "": [
    "",
  ],
  "[.]x": [
    ".x",
  ],
  "{a,b}": [
    "{a,b}",
  ],
  "(a|b)": [
    "(a|b)",
  ],
  "+.^$": [
    "+.^$",
  ],
  "[^a]x": [
    "ax",
    "^x",
  ],
  "[a-]x": [
    "ax",
    "-x",
  ],
  "[-a]x": [
    "ax",
    "-x",
  ],
  "[a-c-e]x": [
    "ax",
    "bx",
    "cx",
    "-x",
    "ex",
  ],
  "é*": [
    "été",
  ],
  "?": [
    "a",
    "[",
    "🎉",
    "\n",
  ],
  "🎉?": [
    "🎉a",
    "🎉x",
  ],
  "[🎉-🎏]x": [
    "🎉x",
  ],
  "data/**/x": [
    "data/q/x",
  ],
  "[[]x": [
    "[x",
  ],
  "[&&]x": [
    "&x",
  ],
  "\\n*": [
    "/n",
  ],
  "*[0-9]": [
    "f0",
  ],
  "[!]": [
    "[!]",
  ],
};
