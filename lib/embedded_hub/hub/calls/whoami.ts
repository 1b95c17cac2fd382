/** `GET /api/whoami-v2`. */

import { type Caller, stableId } from "../accounts.ts";
import { signedIn } from "../bucket_access.ts";
import { jsonResponse } from "../hub_request.ts";
import { isoTime } from "../wire.ts";

/** Answers who the caller is: name, organisations, and the role of the token. 401 for nobody. */
export function whoami(caller: Caller): Response {
  const account = signedIn(caller);
  return jsonResponse({
    type: "user",
    id: stableId("user", account.name),
    name: account.name,
    fullname: account.name,
    email: `${account.name}@localhost`,
    emailVerified: true,
    canPay: false,
    isPro: account.plan === "pro",
    periodEnd: null,
    avatarUrl: "",
    orgs: account.organisations.map(({ name, role }) => ({
      type: "org",
      id: stableId("org", name),
      name,
      fullname: name,
      email: null,
      canPay: false,
      periodEnd: null,
      avatarUrl: "",
      isEnterprise: false,
      roleInOrg: role,
    })),
    auth: {
      type: "access_token",
      accessToken: {
        displayName: "embedded hub",
        role: account.role,
        createdAt: isoTime(0),
      },
    },
  });
}
