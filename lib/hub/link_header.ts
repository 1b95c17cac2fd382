/**
 * The target of the first link with `rel="next"` in a `Link` header (RFC 8288, 3). The Hub writes
 * `<absolute URL>; rel="next"`; other parameters and an unquoted `next` are understood too.
 *
 * @param header The header's value.
 * @returns The target as written, or undefined if there is no such link.
 */
export function nextLink(header: string | null): string | undefined {
  if (header === null) return undefined;
  let rest = header;
  while (true) {
    const open = rest.indexOf("<");
    const close = rest.indexOf(">", open);
    if (open < 0 || close < 0) return undefined;
    const { parameters, length } = readParameters(rest.slice(close + 1));
    if (parameters.some(isNext)) return rest.slice(open + 1, close);
    rest = rest.slice(close + 1 + length);
  }
}

/** The parameters of one link: up to the first comma outside quotes. */
function readParameters(text: string): { parameters: string[]; length: number } {
  const parameters: string[] = [];
  let quoted = false;
  let start = 0;
  let index = 0;
  for (; index < text.length; index++) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === ",") break;
    else if (character === ";") {
      parameters.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parameters.push(text.slice(start, index));
  return { parameters, length: index };
}

/** `rel` may list several relation types, in any case (RFC 8288, 3.3). */
function isNext(parameter: string): boolean {
  const value = /^\s*rel\s*=\s*(?:"([^"]*)"|([^\s"]+))\s*$/i.exec(parameter);
  const relations = (value?.[1] ?? value?.[2] ?? "").toLowerCase().split(/\s+/);
  return relations.includes("next");
}
