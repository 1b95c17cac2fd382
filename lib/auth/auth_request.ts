import type { PlusMeaning } from "../http/query.ts";
import type { Credential } from "./credential.ts";
import type { HeaderValues } from "./header_lines.ts";
import type { PayloadForm } from "./payload_form.ts";

/** What of a request is looked at to authenticate it, raw as it came. */
export interface AuthRequest {
  /** The HTTP method, in upper case. */
  readonly method: string;
  /** The path with its escapes, from `parseTarget`. */
  readonly rawPath: string;
  /** The query with its escapes, from `parseTarget`. */
  readonly rawQuery: string | undefined;
  /** The headers; values hold a byte per character (Latin-1), as the runtime gives them. */
  readonly headers: Headers;
  /** The bucket when the Host header named it: SigV2 signs it as part of the path. */
  readonly hostBucket?: string;
  /** Whether it is a form, whose fields may carry the signature: then it can come without one. */
  readonly form?: boolean;
}

/** How a request says who sent it. */
export type Mechanism = "anonymous" | "header-v4" | "query-v4" | "header-v2" | "query-v2";

/** A request that may go on. */
export interface Authenticated<C extends Credential = Credential> {
  /** How it says who sent it. */
  readonly kind: Mechanism;
  /** Who sent it; absent when anonymous, and when authentication is off. */
  readonly accessKeyId?: string;
  /** The key pair as the lookup gave it; absent with `accessKeyId`. */
  readonly credential?: C;
  /** How the body is framed and what its signature promises; `openBody` takes it. */
  readonly payload: PayloadForm;
  /** Whether the request carries a signature; verified, unless authentication is off. */
  readonly signed: boolean;
  /** What a bare `+` in the query means by the signature; `parseQuery` takes it. */
  readonly plus: PlusMeaning;
  /**
   * Headers that came in several lines and that the runtime shows joined by `, `: as the signature has them,
   * joined by `,`. Without a signature nothing tells.
   */
  readonly rejoined: HeaderValues;
  /** Whether the signer may have moved headers into the query: its `x-amz-*` parameters are headers. */
  readonly hoisted: boolean;
}
