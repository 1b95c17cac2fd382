import type { Credential } from "../auth/credential.ts";

/** A key pair, and what whoever signs with it may do. */
export interface AccessCredential extends Credential {
  /** The Hub token that its requests are done with. Default: the gateway's. */
  readonly hubToken?: string;
  /** The namespace of plain bucket names; only with a token of its own. Default: the token's user. */
  readonly namespace?: string;
  /** Whether it may write. Default: "read-write". */
  readonly access?: "read-only" | "read-write";
  /**
   * What it is limited to: buckets by the names that clients use (`name`, `namespace--name`), or the keys of a bucket that begin
   * with a prefix (`name/prefix`). Default: everything that the token can reach.
   */
  readonly buckets?: readonly string[];
  /** From then on it is unknown. Default: never. */
  readonly expires?: Date;
}
