/** The value of a SigV4 `Credential`: who signed, and for what. */
export interface CredentialScope {
  /** Whose key signed. */
  readonly accessKeyId: string;
  /** `yyyymmdd`. */
  readonly date: string;
  /** Any region is taken; the signature is verified with the one named here. */
  readonly region: string;
  /** `date/region/s3/aws4_request`, as it is signed. */
  readonly scope: string;
}

/** What is wrong with a `Credential`, as a sentence for the client. */
export class CredentialScopeError extends Error {
  /** The class by name, as it is logged. */
  override readonly name = "CredentialScopeError";
}

/**
 * Reads a SigV4 credential from the right: the access key id may itself hold slashes.
 *
 * @param text `AK/20260102/us-east-1/s3/aws4_request`.
 * @throws {CredentialScopeError} When it has another form, service or terminator.
 */
export function parseCredentialScope(text: string): CredentialScope {
  const parts = text.split("/");
  const [date = "", region = "", service, terminator] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join("/");
  const dated = /^\d{8}$/.test(date);
  // With slashes in the key id, only the date tells that the rest is where it should be.
  const misplaced = parts.length < 5 || (parts.length > 5 && !dated);
  if (misplaced || accessKeyId === "" || region === "") {
    throw new CredentialScopeError(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  if (terminator !== "aws4_request") {
    throw new CredentialScopeError(
      `incorrect terminal "${terminator}". This endpoint uses "aws4_request".`,
    );
  }
  if (service !== "s3") {
    throw new CredentialScopeError(
      `incorrect service "${service}". This endpoint belongs to "s3".`,
    );
  }
  if (!dated) {
    throw new CredentialScopeError(
      `incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
    );
  }
  return { accessKeyId, date, region, scope: `${date}/${region}/s3/aws4_request` };
}
