import { decodeToText } from "./percent.ts";

/** One parameter of a query, as sent and decoded. */
export interface QueryParameter {
  /** The name as it was sent. */
  readonly rawName: string;
  /** The value as it was sent; absent when there is no `=`. */
  readonly rawValue: string | undefined;
  /** The decoded name. */
  readonly name: string;
  /** The decoded value; empty when there is no `=`. */
  readonly value: string;
}

/** What a bare `+` in a query stands for. */
export type PlusMeaning = "blank" | "plus";

/** The parameters of a request in the order they were sent, duplicates kept. */
export class Query {
  /** All parameters, in order. */
  readonly parameters: readonly QueryParameter[];

  /**
   * Holds parameters as they are.
   *
   * @param parameters All parameters, in order.
   */
  constructor(parameters: readonly QueryParameter[]) {
    this.parameters = parameters;
  }

  /** The decoded value of the first parameter of this name; empty when it has no `=`. */
  get(name: string): string | undefined {
    return this.parameters.find((parameter) => parameter.name === name)?.value;
  }

  /** Whether a parameter of this name is there, with or without a value. */
  has(name: string): boolean {
    return this.parameters.some((parameter) => parameter.name === name);
  }

  /** The decoded values of all parameters of this name, in order. */
  all(name: string): readonly string[] {
    return this.parameters.filter((parameter) => parameter.name === name)
      .map((parameter) => parameter.value);
  }
}

/**
 * Reads a raw query: split at `&`, each part at its first `=`. Empty parts are skipped.
 *
 * @param raw The query as sent, without its `?`.
 * @param plus What a bare `+` means; form encoding's blank unless a signature says otherwise.
 * @returns The parameters.
 * @throws {S3Error} InvalidURI for an invalid escape or bytes that are not UTF-8.
 *
 * @example
 * ```ts
 * import { parseQuery } from "./query.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const query = parseQuery("uploads&prefix=a%2Fb");
 * assertEquals(query.has("uploads"), true);
 * assertEquals(query.get("prefix"), "a/b");
 * ```
 */
export function parseQuery(raw: string | undefined, plus: PlusMeaning = "blank"): Query {
  const decode = (text: string): string =>
    decodeToText(plus === "blank" ? text.replaceAll("+", " ") : text);
  return new Query(
    splitQuery(raw).map(([rawName, rawValue]) => ({
      rawName,
      rawValue,
      name: decode(rawName),
      value: decode(rawValue ?? ""),
    })),
  );
}

/**
 * Splits a raw query into its parts and decodes nothing.
 *
 * @param raw The query as sent, without its `?`.
 * @returns Raw name and raw value of each part, in order; the value is absent without `=`.
 */
export function splitQuery(
  raw: string | undefined,
): (readonly [name: string, value: string | undefined])[] {
  return (raw ?? "").split("&").filter((part) => part !== "").map((part) => {
    const equals = part.indexOf("=");
    return equals < 0
      ? [part, undefined] as const
      : [part.slice(0, equals), part.slice(equals + 1)] as const;
  });
}
