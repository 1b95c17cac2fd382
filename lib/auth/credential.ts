/** A key pair that requests are signed with. Others may extend it with rights and tokens. */
export interface Credential {
  /** The public half. */
  readonly accessKeyId: string;
  /** The secret half. */
  readonly secretAccessKey: string;
}

/** Finds the key pair of an access key id; nothing when it is unknown. */
export type CredentialLookup<C extends Credential = Credential> = (
  accessKeyId: string,
) => C | undefined;
