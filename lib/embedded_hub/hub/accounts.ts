/** Who the hub knows: users with their tokens, organisations, and what a request's token lets its bearer do. */

import { createHash } from "node:crypto";
import { HubError } from "./hub_error.ts";

/** What a token allows: `read` tokens see what the user sees, `write` tokens also change it. */
export type TokenRole = "read" | "write";

/** A member's role in an organisation; `read` members see its private buckets and change nothing. */
export type OrganisationRole = "admin" | "write" | "contributor" | "read";

/** The plans whose rate limits the Hub documents. */
export type Plan = "free" | "pro";

/** A user's membership. */
export interface Membership {
  /** The organisation's name. */
  readonly name: string;
  /** What the user may do there. */
  readonly role: OrganisationRole;
}

/** A user and one token of theirs. Several accounts may share a name: then they are one user with several tokens. */
export interface Account {
  /** The user's name, which is also a namespace. */
  readonly name: string;
  /** The token that names this account in `Authorization: Bearer`. */
  readonly token: string;
  /** What the token allows. */
  readonly role: TokenRole;
  /** The organisations the user is in. */
  readonly organisations: readonly Membership[];
  /** The user's plan. */
  readonly plan: Plan;
}

/** The caller of a request: an account, or `undefined` for nobody. */
export type Caller = Account | undefined;

/** The accounts of a hub. */
export interface Accounts {
  /** Who sent these headers. A token that nobody has is answered with 401; no token is nobody. */
  authenticate(headers: Headers): Caller;
  /** Whether a user or an organisation of this name exists. */
  isNamespace(name: string): boolean;
}

/** Makes the accounts of a hub. */
export function createAccounts(
  accounts: readonly Account[],
  organisations: readonly string[],
): Accounts {
  const byToken = new Map(accounts.map((account) => [account.token, account]));
  const namespaces = new Set(organisations);
  for (const account of accounts) {
    namespaces.add(account.name);
    for (const membership of account.organisations) namespaces.add(membership.name);
  }
  return {
    authenticate(headers) {
      const header = headers.get("Authorization");
      if (header === null) return undefined;
      const token = /^Bearer +(.*)$/i.exec(header)?.[1];
      const account = token === undefined ? undefined : byToken.get(token);
      if (account === undefined) {
        throw new HubError(401, "Invalid credentials in Authorization header");
      }
      return account;
    },
    isNamespace: (name) => namespaces.has(name),
  };
}

/** Whether the caller sees the private buckets of a namespace. */
export function seesPrivate(caller: Caller, namespace: string): boolean {
  return caller !== undefined &&
    (caller.name === namespace || membershipIn(caller, namespace) !== undefined);
}

/** Throws the Hub's 403 unless the caller may change things in a namespace. */
export function assertMayWrite(caller: Account, namespace: string): void {
  const role = caller.name === namespace ? "admin" : membershipIn(caller, namespace)?.role;
  if (role === undefined || role === "read") {
    throw new HubError(
      403,
      `You don't have the rights to write under the namespace "${namespace}"`,
    );
  }
  if (caller.role !== "write") {
    throw new HubError(403, "Forbidden: this token has no write access, use a write token");
  }
}

/** An id as the Hub makes them (24 hex digits), the same for the same name. */
export function stableId(kind: string, name: string): string {
  return createHash("sha256").update(`${kind}/${name}`).digest("hex").slice(0, 24);
}

function membershipIn(caller: Account, namespace: string): Membership | undefined {
  return caller.organisations.find((membership) => membership.name === namespace);
}
