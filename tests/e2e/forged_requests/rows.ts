import { S3_ERRORS } from "../../../lib/errors/s3_error_table.ts";
import type { Address } from "../../../lib/s3/address.ts";
import { isServed } from "../../../lib/s3/codecs.ts";
import type { OperationName } from "../../../lib/s3/operation_names.ts";
import { type Route, ROUTES } from "../../../lib/s3/routes.ts";
import { isStubbed, type Stub, STUBS } from "../../../lib/s3/stubs.ts";
import type { RawRequest } from "../../support/raw_connection.ts";
import { BUCKET, utf8 } from "../raw_gateway.ts";
import type { FixtureIds } from "./fixture.ts";
import { type Sample, samples } from "./samples.ts";

/** A request of the route table, unsigned. */
export interface Row {
  readonly operation: OperationName;
  readonly kind: Address["kind"];
  readonly bucket: string;
  readonly key: string;
  /** Query parameters in order: the marker is the first. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly request: RawRequest;
  /** A body that means something else. */
  readonly otherBody: Uint8Array;
  /** What it is answered when it is signed well; without a code, any success. */
  readonly answer: { readonly status?: number; readonly code?: string };
  readonly usesUp: boolean;
}

const KINDS: readonly Address["kind"][] = ["service", "bucket", "object"];
/** The order in which controls can follow each other: reads first, what takes away last. */
const METHODS = ["HEAD", "GET", "PUT", "POST", "DELETE"] as const;

/**
 * One request for each method of each route of the gateway's own table, so that a new route is one of them
 * by itself. Of operations that are served the table does not know bodies and values: those come from a sample.
 */
export function rowsOf(ids: FixtureIds): readonly Row[] {
  const served = samples(ids);
  const rows = KINDS.flatMap((kind) =>
    ROUTES[kind].flatMap((route) =>
      METHODS.flatMap((method) => {
        const operation = route.methods[method];
        if (operation === undefined) return [];
        const sample = isServed(operation) ? served[operation] : {};
        return [rowOf(kind, route, method, operation, sample)];
      })
    )
  );
  return rows.sort((a, b) => rank(a) - rank(b));
}

const rank = ({ request }: Row): number => METHODS.findIndex((name) => name === request.method);

function rowOf(
  kind: Address["kind"],
  { marker, value, and, header }: Route,
  method: string,
  operation: OperationName,
  { bucket = BUCKET, key = "k", ...sample }: Sample,
): Row {
  const query = [
    ...marker === undefined ? [] : [[marker, sample.markers?.[marker] ?? value ?? ""] as const],
    ...and === undefined ? [] : [[and, "x"] as const],
    ...Object.entries(sample.query ?? {}),
  ];
  const path = kind === "service" ? "/" : kind === "bucket" ? `/${bucket}` : `/${bucket}/${key}`;
  const writes = method === "PUT" || method === "POST";
  const headers = { ...header !== undefined && { [header]: `${BUCKET}/k` }, ...sample.headers };
  const request = { method, target: targetOf(path, query), headers };
  return {
    operation,
    kind,
    bucket,
    key,
    query,
    request: writes ? { ...request, body: utf8(sample.body ?? "") } : request,
    otherBody: utf8(sample.otherBody ?? "forged"),
    answer: answerOf(operation),
    usesUp: sample.usesUp ?? false,
  };
}

/** A target: parameters without a value have no `=`. */
export function targetOf(path: string, query: Row["query"]): string {
  if (query.length === 0) return path;
  return `${path}?${
    query.map(([name, value]) => value === "" ? name : `${name}=${value}`).join("&")
  }`;
}

function answerOf(operation: OperationName): Row["answer"] {
  if (isServed(operation)) return {};
  if (!isStubbed(operation)) return { status: 501, code: "NotImplemented" };
  const stub: Stub = STUBS[operation];
  return stub.kind === "error" ? { status: S3_ERRORS[stub.code].status, code: stub.code } : {};
}
