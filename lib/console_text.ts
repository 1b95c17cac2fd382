import type { AccessKey } from "./access_key.ts";
import type { Config } from "./config/config.ts";
import { defaultOf } from "./config/schema.ts";
import { VARIABLES } from "./config/variables.ts";

/** What `main.ts` says when it is not told which Hub to use. */
export const NO_HUB_MESSAGE = `There is no Hub to talk to. Either

  set HF_TOKEN to a token from https://huggingface.co/settings/tokens
  (with write access to use the gateway for more than reading), or

  use a Hub of your own on this machine: deno task start
  (that is: deno run --allow-net --allow-env --allow-read --allow-write main.ts --embedded-hub)`;

/** The part of `--help` about variables. */
export function environmentText(): string {
  const entries = Object.entries(VARIABLES) as [keyof typeof VARIABLES, string][]; // keys are the literal names
  const variables = entries.map(([name, meaning]) => {
    const fallback = defaultOf(name);
    return `  ${name.padEnd(32)}${meaning}${fallback === undefined ? "" : ` (${fallback})`}`;
  });
  return `Environment:\n${variables.join("\n")}`;
}

/** What there is to say once the gateway listens. */
export interface StartFacts {
  /** The settings. */
  readonly config: Config;
  /** The address listened on. */
  readonly hostname: string;
  /** The port listened on. */
  readonly port: number;
  /** The pair that clients sign with. */
  readonly accessKey: AccessKey | undefined;
  /** How many key pairs there are; without any, authentication is off. */
  readonly pairs: number;
  /** The embedded hub's URL, when there is one. */
  readonly hubUrl: string | undefined;
}

/**
 * The text shown when the gateway listens: where it is, and settings to paste. The secret is shown only if it
 * was made here, since the user has no other way to learn it.
 *
 * @param facts What is running.
 */
export function startText(facts: StartFacts): string {
  const { config, hubUrl } = facts;
  const host = facts.hostname === "0.0.0.0" || facts.hostname === "::"
    ? "127.0.0.1"
    : facts.hostname;
  const endpoint = `http://${host.includes(":") ? `[${host}]` : host}:${facts.port}`;
  const backend = hubUrl === undefined
    ? `  Hub            ${config.hfEndpoint}`
    : `  Embedded hub   ${hubUrl} (data in ${config.dataDir})`;
  return `HugBucket

  S3 endpoint    ${endpoint}
${backend}${config.console ? `\n  Console        ${endpoint}/-/console` : ""}

${signingText(facts, endpoint)}`;
}

function signingText(facts: StartFacts, endpoint: string): string {
  if (facts.accessKey !== undefined) return keyText(facts, facts.accessKey, endpoint);
  if (facts.pairs > 0) return `  Key pairs      ${facts.pairs}\n`;
  const { isDeploy, allowAnonymous } = facts.config;
  return isDeploy && !allowAnonymous ? CLOSED_TEXT : openText(endpoint);
}

const CLOSED_TEXT =
  `  EVERY REQUEST IS REFUSED until AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set.
`;

const openText = (endpoint: string): string =>
  `  AUTHENTICATION IS OFF: whoever reaches ${endpoint} reads and writes with the gateway's Hub token.
  Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to switch it on.
`;

function keyText({ config }: StartFacts, key: AccessKey, endpoint: string): string {
  const own = config.credential === undefined;
  const secret = own ? key.secretAccessKey : "<your AWS_SECRET_ACCESS_KEY>";
  return `AWS CLI:

  export AWS_ENDPOINT_URL_S3=${endpoint}
  export AWS_ACCESS_KEY_ID=${key.accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${secret}
  export AWS_DEFAULT_REGION=${config.region}
  aws s3 mb s3://my-bucket

boto3:

  import boto3
  s3 = boto3.client(
      "s3",
      endpoint_url="${endpoint}",
      aws_access_key_id="${key.accessKeyId}",
      aws_secret_access_key="${secret}",
      region_name="${config.region}",
  )
`;
}
