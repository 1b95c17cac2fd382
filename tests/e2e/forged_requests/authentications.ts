import type { RawRequest } from "../../support/raw_connection.ts";
import {
  type Signed,
  type Signer,
  signHeaderV2,
  signHeaderV4,
  signQueryV2,
  signQueryV4,
} from "../../support/sign_requests.ts";

/** The ways in which a request can be signed. */
export const AUTHENTICATIONS = {
  "header v4": (request, signer) =>
    signHeaderV4(request, signer, request.headers["x-amz-content-sha256"]),
  "query v4": signQueryV4,
  "header v2": signHeaderV2,
  "query v2": signQueryV2,
} as const satisfies Readonly<Record<string, Sign>>;

/** Signs a request; `seconds` is the life of a presigned URL. */
export type Sign = (request: RawRequest, signer: Signer, seconds?: number) => Signed;

/** The name of one. */
export type Authentication = keyof typeof AUTHENTICATIONS;

/** All of them. */
export const AUTHENTICATION_NAMES: readonly Authentication[] = [
  "header v4",
  "query v4",
  "header v2",
  "query v2",
];

/** Whether it is SigV4's. */
export const isV4 = (name: Authentication): boolean => name.endsWith("v4");

/** Whether the signature stands in the query. */
export const isPresigned = (name: Authentication): boolean => name.startsWith("query");

/** With another text in the target and in the Authorization header, as if it had been changed on the way. */
export function rewritten(request: RawRequest, from: string | RegExp, to: string): RawRequest {
  const { Authorization = "" } = request.headers;
  return {
    ...request,
    target: request.target.replace(from, to),
    headers: {
      ...request.headers,
      ...Authorization !== "" && { Authorization: Authorization.replace(from, to) },
    },
  };
}

/** With other headers; one that is undefined is taken away. */
export function withHeaders(
  request: RawRequest,
  headers: Readonly<Record<string, string | undefined>>,
): RawRequest {
  const merged = Object.entries({ ...request.headers, ...headers });
  return {
    ...request,
    headers: Object.fromEntries(
      merged.flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
    ),
  };
}

/** With a parameter more, behind the others. */
export const withParameter = (request: RawRequest, parameter: string): RawRequest => ({
  ...request,
  target: `${request.target}${request.target.includes("?") ? "&" : "?"}${parameter}`,
});

/** Without the parameters of a name. */
export function withoutParameter(request: RawRequest, name: string): RawRequest {
  const [path = "", query = ""] = request.target.split("?");
  const rest = query.split("&").filter((part) => part.split("=")[0] !== name);
  return { ...request, target: rest.length === 0 ? path : `${path}?${rest.join("&")}` };
}

/** With another path and the same query. */
export const atPath = (request: RawRequest, path: string): RawRequest => ({
  ...request,
  target: request.target.replace(/^[^?]*/, () => path),
});
