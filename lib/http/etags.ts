/** What an `If-Match` or `If-None-Match` header names. */
export type ETagCondition =
  | { readonly kind: "any" }
  | { readonly kind: "list"; readonly etags: readonly string[] };

/**
 * Removes the quotes and a leading `W/`. S3 clients send tags back with and without quotes.
 *
 * @param text One entity tag.
 * @returns The opaque tag.
 */
export function bareETag(text: string): string {
  const trimmed = text.trim().replace(/^W\//, "");
  return /^".*"$/s.test(trimmed) && trimmed.length >= 2 ? trimmed.slice(1, -1) : trimmed;
}

/**
 * Reads a list of entity tags (RFC 9110 section 13.1.1). Commas inside quotes do not separate.
 *
 * @param header The header's value; that of a repeated header is one list.
 * @returns `any` for `*`, else the bare tags.
 */
export function parseETagCondition(header: string): ETagCondition {
  if (/^\s*\*(\s*,\s*\*)*\s*$/.test(header)) return { kind: "any" };
  const items = header.match(/(?:W\/)?"[^"]*"|[^,\s][^,]*/g) ?? [];
  return { kind: "list", etags: items.map(bareETag) };
}

/** The bare tags that a condition header names; none for `*` and without one. */
export function tagsOf(header: string | undefined): readonly string[] {
  const condition = header === undefined ? undefined : parseETagCondition(header);
  return condition?.kind === "list" ? condition.etags : [];
}

/**
 * Whether a condition header names an entity tag.
 *
 * @param header The value of `If-Match`, `If-None-Match` or one of their copy-source forms.
 * @param etag The current tag, with or without quotes.
 */
export function matchesETag(header: string, etag: string): boolean {
  const condition = parseETagCondition(header);
  switch (condition.kind) {
    case "any":
      return true;
    case "list":
      return condition.etags.includes(bareETag(etag));
    default:
      return condition satisfies never;
  }
}
