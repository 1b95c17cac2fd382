/** A key pair that requests are signed with. Others may extend it with rights and tokens. */
export interface Credential {
  /** The public half. */
  /** Names the pair; sent in the open. */
  readonly accessKeyId: string;
  /** The secret half. */
  /** Signs; never sent, logged or shown. */
  readonly secretAccessKey: string;
}

/** Finds the key pair of an access key id; nothing when it is unknown. */
export type CredentialLookup<C extends Credential = Credential> = (
  accessKeyId: string,
) => C | undefined;
