/** Reading the NDJSON body of a batch. */

import { HubError } from "./hub_error.ts";
import { parseJsonObject } from "./hub_request.ts";

/** One operation of a batch. `mtime` is in milliseconds since 1970. */
export type BatchOperation =
  | {
    readonly kind: "addFile";
    readonly path: string;
    readonly xetHash: string;
    readonly mtime: number | undefined;
    readonly contentType: string | undefined;
  }
  | {
    readonly kind: "copyFile";
    readonly path: string;
    readonly xetHash: string;
    readonly sourceRepoType: string;
    readonly sourceRepoId: string;
    readonly mtime: number | undefined;
    readonly contentType: string | undefined;
  }
  | { readonly kind: "deleteFile"; readonly path: string };

/** The largest time that a `Date` can hold, in milliseconds. */
const MAX_TIME = 8_640_000_000_000_000;

/** Parses a batch: one JSON object a line, the last line feed optional. A line of another form is 400 for the whole call. */
export function parseBatch(body: string): readonly BatchOperation[] {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new HubError(400, "The batch holds no operation");
  return lines.map((line, index) => {
    try {
      return parseOperation(parseJsonObject(line));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      throw new HubError(400, `Line ${index + 1}: ${error.message}`);
    }
  });
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseOperation(line: JsonObject): BatchOperation {
  switch (line["type"]) {
    case "addFile":
      return { kind: "addFile", ...contentFields(line) };
    case "copyFile":
      return {
        kind: "copyFile",
        ...contentFields(line),
        sourceRepoType: stringField(line, "sourceRepoType"),
        sourceRepoId: stringField(line, "sourceRepoId"),
      };
    case "deleteFile":
      return { kind: "deleteFile", path: stringField(line, "path") };
    default:
      throw new HubError(400, "type must be one of addFile, copyFile, deleteFile");
  }
}

function contentFields(line: JsonObject) {
  const xetHash = stringField(line, "xetHash").toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(xetHash)) throw new HubError(400, "xetHash must be 64 hex digits");
  return {
    path: stringField(line, "path"),
    xetHash,
    mtime: timeField(line),
    contentType: optionalStringField(line, "contentType"),
  };
}

function stringField(line: JsonObject, field: string): string {
  const value = line[field];
  if (typeof value !== "string") throw new HubError(400, `${field} must be a string`);
  return value;
}

function optionalStringField(line: JsonObject, field: string): string | undefined {
  return line[field] === undefined || line[field] === null ? undefined : stringField(line, field);
}

function timeField(line: JsonObject): number | undefined {
  const value = line["mtime"];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > MAX_TIME) {
    throw new HubError(400, "mtime must be an integer number of milliseconds");
  }
  return value;
}
