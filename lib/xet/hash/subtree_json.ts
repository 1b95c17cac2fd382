import { XetFormatError } from "../error.ts";
import type { TreeNode } from "./groups.ts";
import { parseHash } from "./hash.ts";

/** The JSON of a summary, as `/v2/file-chunk-hashes` carries it. */
export interface SubtreeJson {
  /** All left fringes by rising level, then all right fringes by falling level. */
  readonly nodes: readonly { readonly hash: string; readonly size: number }[];
  /** For each level the number of left and right nodes. */
  readonly levels: readonly (readonly [number, number])[];
  /** Whether the range begins where the file does. */
  readonly at_start: boolean;
  /** Whether the range ends where the file does. */
  readonly at_end: boolean;
}

/** What is in the JSON, checked field by field. */
export interface ParsedSubtree {
  readonly nodes: readonly TreeNode[];
  readonly levels: readonly (readonly [number, number])[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/**
 * Reads the JSON of a summary.
 *
 * @throws {XetFormatError} if a field is missing or of the wrong type
 */
export function readSubtreeJson(json: unknown): ParsedSubtree {
  if (!isRecord(json)) throw new XetFormatError("A subtree summary is an object");
  const { nodes, levels, at_start: atStart, at_end: atEnd } = json;
  if (!Array.isArray(nodes) || !Array.isArray(levels)) {
    throw new XetFormatError("A subtree summary has nodes and levels");
  }
  if (typeof atStart !== "boolean" || typeof atEnd !== "boolean") {
    throw new XetFormatError("A subtree summary has at_start and at_end");
  }
  return { nodes: nodes.map(readNode), levels: levels.map(readLevel), atStart, atEnd };
}

function readNode(json: unknown): TreeNode {
  if (!isRecord(json) || typeof json.hash !== "string" || !isCount(json.size)) {
    throw new XetFormatError("A node of a subtree summary has a hash and a size");
  }
  return { hash: parseHash(json.hash), size: json.size };
}

function readLevel(json: unknown): [number, number] {
  const [left, right, ...more]: unknown[] = Array.isArray(json) ? json : [];
  if (!isCount(left) || !isCount(right) || more.length > 0) {
    throw new XetFormatError("A level of a subtree summary is a pair of counts");
  }
  return [left, right];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
