import { S3Error } from "../errors/s3_error.ts";
import type { Query } from "../http/query.ts";
import type { Address } from "./address.ts";
import type { OperationName, UnservedOperation } from "./operation_names.ts";
import { type Method, type Route, ROUTES, SUB_RESOURCES } from "./routes.ts";

/** What of a request tells the operation. */
export interface DetectInput {
  readonly method: string;
  readonly address: Address;
  readonly query: Query;
  readonly headers: Headers;
}

/**
 * Finds the operation that a request means, by its method, its address, the presence of query parameters and
 * the copy header. A sub-resource never falls through to the plain operation: a client that asks
 * `?policy` and gets a listing takes it for a policy, and `DELETE /b?cors` must not delete a bucket.
 *
 * @param input What tells it.
 * @returns The operation's name, served or not.
 * @throws {S3Error} MethodNotAllowed with `Allow` when the method has no meaning there,
 * NotImplemented for a sub-resource that this kind of address does not have.
 */
export function detectOperation(input: DetectInput): OperationName {
  const routes = selectedRoutes(input);
  for (const { methods } of routes) {
    const operation = isMethod(input.method) ? methods[input.method] : undefined;
    if (operation !== undefined) return operation;
  }
  const allowed = [...new Set(routes.flatMap(({ methods }) => Object.keys(methods)))].sort();
  throw new S3Error("MethodNotAllowed", {
    fields: { Method: input.method, ResourceType: resourceType(input) },
    headers: { Allow: allowed.join(", ") },
  });
}

/**
 * Whether a request is a form to a bucket: then its body can carry its signature.
 *
 * @param input What tells it.
 */
export function isFormPost({ method, address, query, headers }: DetectInput): boolean {
  return method === "POST" && address.kind === "bucket" &&
    /^\s*multipart\/form-data\s*(;|$)/i.test(headers.get("content-type") ?? "") &&
    !SUB_RESOURCES.some((name) => query.has(name));
}

/**
 * The answer to an operation that is recognised and not served.
 *
 * @param operation Its name.
 */
export function unservedError(operation: UnservedOperation): S3Error {
  return new S3Error("NotImplemented", { message: `${operation} is not implemented` });
}

/** Routes of the first marker that is there; without any, the plain ones. */
function selectedRoutes(input: DetectInput): readonly Route[] {
  const { address } = input;
  const routes = ROUTES[address.kind].filter((route) => applies(route, input));
  const marker = routes[0]?.marker;
  const stray = strayMarker(input);
  if (stray !== undefined && (marker === undefined || !SUB_RESOURCES.includes(marker))) {
    throw new S3Error("NotImplemented", {
      message: `The sub-resource ${stray} is not implemented for a ${address.kind}`,
    });
  }
  return marker === undefined ? routes : routes.filter((route) => route.marker === marker);
}

/** What looks like a sub-resource; on writes, where much is at stake, whatever has no value does. */
function strayMarker({ method, address, query }: DetectInput): string | undefined {
  const known = SUB_RESOURCES.find((name) => query.has(name));
  if (known !== undefined || method === "GET" || method === "HEAD") return known;
  return query.parameters.find(({ name, value }) =>
    (value === "" && !PLAIN_PARAMETERS.test(name)) ||
    (address.kind === "bucket" && OBJECT_PARAMETERS.has(name))
  )?.name;
}

/** Parameters of signatures and of SDKs, and those that have a meaning without a value. */
const PLAIN_PARAMETERS =
  /^(x-.*|AWSAccessKeyId|Signature|Expires|versionId|partNumber|response-.*)$/i;
/** Whoever names one has lost the key. */
const OBJECT_PARAMETERS: ReadonlySet<string> = new Set(["versionId", "partNumber"]);

function applies({ marker, value, and, header }: Route, { query, headers }: DetectInput): boolean {
  return (marker === undefined || query.has(marker)) &&
    (marker === undefined || value === undefined || query.get(marker) === value) &&
    (and === undefined || query.has(and)) &&
    (header === undefined || headers.has(header));
}

function isMethod(method: string): method is Method {
  return ["GET", "HEAD", "PUT", "POST", "DELETE"].includes(method);
}

function resourceType(input: DetectInput): string {
  const marker = SUB_RESOURCES.find((name) => input.query.has(name));
  return marker?.toUpperCase() ?? input.address.kind.toUpperCase();
}
