import { S3Error } from "../errors/s3_error.ts";
import { formatIsoMillis } from "../http/dates.ts";
import { parseQuery, type Query } from "../http/query.ts";
import type { Authenticated, AuthRequest, Mechanism } from "./auth_request.ts";
import type { Credential, CredentialLookup } from "./credential.ts";
import { readHeaderV4, V4_SCHEME } from "./header_v4.ts";
import { payloadForm } from "./payload_form.ts";
import {
  type AuthenticatedForm,
  authenticateForm,
  type FormClaim,
  refuseFormSignature,
} from "./post_form.ts";
import { readQueryV4, requireAlive } from "./query_v4.ts";
import { expiredError, MAX_PRESIGNED_SECONDS, requestTime, requireFresh } from "./request_time.ts";
import { SigningKeys } from "./signing_keys.ts";
import { verifyV2 } from "./verify_v2.ts";
import { findCredential, verifyV4 } from "./verify_v4.ts";

/** What an {@linkcode Authenticator} is made with. */
export interface AuthenticatorOptions<C extends Credential = Credential> {
  /** Finds key pairs; without it authentication is off. */
  readonly lookup: CredentialLookup<C> | undefined;
  /** The clock. Default: the system's. */
  readonly now?: () => Date;
}

/** Says who sent a request, by SigV4 or SigV2, in the header or in the query. */
export class Authenticator<C extends Credential = Credential> {
  readonly #lookup: CredentialLookup<C> | undefined;
  readonly #now: () => Date;
  readonly #keys = new SigningKeys();

  /**
   * Takes key pairs and a clock.
   *
   * @param options Key pairs and clock.
   */
  constructor(options: AuthenticatorOptions<C>) {
    this.#lookup = options.lookup;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Verifies a request's signature. The body is not touched: what the signature promises of it is
   * in `payload`, for `openBody` to hold it to.
   *
   * With authentication off nothing is checked; the framing that a body announces is returned all
   * the same.
   *
   * @param request The request, raw.
   * @returns Who sent it.
   * @throws {S3Error} Whatever S3 answers: AccessDenied, SignatureDoesNotMatch and so on.
   */
  authenticate(request: AuthRequest): Authenticated<C> {
    const lookup = this.#lookup;
    const query = parseQuery(request.rawQuery);
    const authorization = request.headers.get("authorization");
    if (lookup === undefined) return unchecked(request, authorization, query);
    const mechanism = requireOneMechanism(authorization, query);
    if (mechanism !== "anonymous") refuseSecurityToken(request.headers, query);
    switch (mechanism) {
      case "header-v4":
        return this.#headerV4(request, authorization ?? "", lookup);
      case "query-v4":
        return this.#queryV4(request, query, lookup);
      case "header-v2":
        return this.#headerV2(request, authorization ?? "", lookup);
      case "query-v2":
        return this.#queryV2(request, query, lookup);
      case "anonymous":
        if (request.form) return unchecked(request, authorization, query);
        throw new S3Error("AccessDenied");
      default:
        return mechanism satisfies never;
    }
  }

  /**
   * Verifies the signature and the policy of a POST form.
   *
   * @param form Its fields, and what they are about.
   * @param sender What `authenticate` has said of the request that brought it: if that is signed
   * itself, the form need not be.
   * @returns Who signed it, and the sizes that its file may have.
   * @throws {S3Error} Whatever S3 answers: AccessDenied, SignatureDoesNotMatch and so on.
   */
  authenticateForm(form: FormClaim, sender: Authenticated<C>): AuthenticatedForm<C> {
    if (sender.signed && this.#lookup !== undefined) refuseFormSignature(form.fields);
    const lookup = sender.signed ? undefined : this.#lookup;
    return authenticateForm(form, { lookup, keys: this.#keys, now: this.#now() });
  }

  #headerV4(
    request: AuthRequest,
    authorization: string,
    lookup: CredentialLookup<C>,
  ): Authenticated<C> {
    const { claim, time } = readHeaderV4(request, authorization);
    const credential = findCredential(lookup, claim.credential.accessKeyId);
    requireFresh(time, this.#now());
    return verifyV4(request, claim, credential, this.#keys);
  }

  #queryV4(request: AuthRequest, query: Query, lookup: CredentialLookup<C>): Authenticated<C> {
    const { claim, life } = readQueryV4(request, query);
    const credential = findCredential(lookup, claim.credential.accessKeyId);
    requireAlive(life, this.#now());
    return verifyV4(request, claim, credential, this.#keys);
  }

  #headerV2(
    request: AuthRequest,
    authorization: string,
    lookup: CredentialLookup<C>,
  ): Authenticated<C> {
    const value = authorization.slice("AWS".length).trim();
    const colon = value.lastIndexOf(":");
    if (colon <= 0 || colon === value.length - 1) {
      throw new S3Error("InvalidArgument", {
        message: "AWS authorization header is invalid. Expected AwsAccessKeyId:signature",
        fields: { ArgumentName: "Authorization", ArgumentValue: authorization },
      });
    }
    const time = requestTime(request.headers);
    const credential = findCredential(lookup, value.slice(0, colon));
    requireFresh(time, this.#now());
    const dateLine = request.headers.has("x-amz-date") ? "" : request.headers.get("date") ?? "";
    return acceptV2("header-v2", request, credential, value.slice(colon + 1), dateLine);
  }

  #queryV2(request: AuthRequest, query: Query, lookup: CredentialLookup<C>): Authenticated<C> {
    const accessKeyId = query.get("AWSAccessKeyId");
    // Base64 has no blanks: a client that left a `+` unescaped meant a plus sign.
    const signature = query.get("Signature")?.replaceAll(" ", "+");
    const expires = query.get("Expires");
    if (!accessKeyId || !signature || !expires) {
      throw new S3Error("AccessDenied", {
        message:
          "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
      });
    }
    const credential = findCredential(lookup, accessKeyId);
    requireExpiresAhead(expires, this.#now());
    return acceptV2("query-v2", request, credential, signature, expires);
  }
}

function acceptV2<C extends Credential>(
  kind: "header-v2" | "query-v2",
  request: AuthRequest,
  credential: C,
  signature: string,
  dateLine: string,
): Authenticated<C> {
  const { accessKeyId, secretAccessKey } = credential;
  const payload = payloadForm(request.headers);
  if (payload.kind === "signed-chunks") {
    throw new S3Error("InvalidRequest", {
      message: "Signed chunks need a request that is signed with AWS4-HMAC-SHA256.",
    });
  }
  const presigned = kind === "query-v2";
  const reading = verifyV2(request, {
    accessKeyId,
    secretAccessKey,
    signature,
    dateLine,
    presigned,
  });
  return { kind, accessKeyId, credential, payload, signed: true, ...reading };
}

function unchecked<C extends Credential>(
  request: AuthRequest,
  authorization: string | null,
  query: Query,
): Authenticated<C> {
  const kind = headerMechanism(authorization) ?? queryMechanisms(query)[0] ?? "anonymous";
  const hoisted = query.get("X-Amz-Content-Sha256");
  return {
    kind,
    payload: payloadForm(request.headers, hoisted),
    signed: kind !== "anonymous",
    plus: "blank",
    rejoined: new Map(),
    hoisted: kind === "query-v4" || kind === "query-v2",
  };
}

function requireOneMechanism(authorization: string | null, query: Query): Mechanism {
  const inHeader = headerMechanism(authorization);
  const [inQuery, second] = queryMechanisms(query);
  if (second !== undefined || (authorization !== null && inQuery !== undefined)) {
    throw new S3Error("InvalidArgument", {
      message: "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, " +
        "Signature query string parameter or the Authorization header should be specified",
      fields: { ArgumentName: "Authorization", ArgumentValue: scheme(authorization ?? "") },
    });
  }
  if (authorization !== null && inHeader === undefined) {
    if (/^AWS4-ECDSA-P256-SHA256(\s|$)/.test(authorization)) {
      throw new S3Error("NotImplemented", { message: "Signature Version 4A is not supported." });
    }
    throw new S3Error("InvalidArgument", {
      message: /\s/.test(authorization.trim())
        ? "Unsupported Authorization Type"
        : "Authorization header is invalid -- one and only one ' ' (space) required",
      fields: { ArgumentName: "Authorization", ArgumentValue: scheme(authorization) },
    });
  }
  return inHeader ?? inQuery ?? "anonymous";
}

/** Only the scheme is shown back: what follows may be a password or a token. */
function scheme(authorization: string): string {
  return authorization.split(/\s/, 1)[0] ?? "";
}

function headerMechanism(authorization: string | null): "header-v4" | "header-v2" | undefined {
  if (authorization === null) return undefined;
  if (scheme(authorization) === V4_SCHEME) return "header-v4";
  return scheme(authorization) === "AWS" ? "header-v2" : undefined;
}

function queryMechanisms(query: Query): readonly ("query-v4" | "query-v2")[] {
  const hasAny = (names: readonly string[]) => names.some((name) => query.has(name));
  return [
    ...hasAny(["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"])
      ? ["query-v4"] as const
      : [],
    ...hasAny(["AWSAccessKeyId", "Signature"]) ? ["query-v2"] as const : [],
  ];
}

function refuseSecurityToken(headers: Headers, query: Query): void {
  const sent = headers.has("x-amz-security-token") ||
    query.parameters.some(({ name }) => name.toLowerCase() === "x-amz-security-token");
  if (sent) throw new S3Error("InvalidToken");
}

function requireExpiresAhead(expires: string, now: Date): void {
  if (!/^\d{1,12}$/.test(expires)) {
    throw new S3Error("AccessDenied", {
      message: `Invalid date (should be seconds since epoch): ${expires}`,
    });
  }
  const end = new Date(Number(expires) * 1000);
  if (now.getTime() >= end.getTime()) throw expiredError(end, now);
  if (end.getTime() - now.getTime() > MAX_PRESIGNED_SECONDS * 1000) {
    throw new S3Error("AccessDenied", {
      message: `A presigned URL lives at most ${MAX_PRESIGNED_SECONDS} seconds`,
      fields: { Expires: formatIsoMillis(end), ServerTime: formatIsoMillis(now) },
    });
  }
}
