import type { AccessKey } from "./access_key.ts";
import { type Config, defaultOf, VARIABLES } from "./config.ts";

/** What `main.ts` says when it is not told which Hub to use. */
export const NO_HUB_MESSAGE = `There is no Hub to talk to. Either

  set HF_TOKEN to a token from https://huggingface.co/settings/tokens
  (with write access to use the gateway for more than reading), or

  use a Hub of your own on this machine: deno task start
  (that is: deno run --allow-net --allow-env --allow-read --allow-write main.ts --embedded-hub)`;

/**
 * The text of `--help`.
 *
 * @param version The program's version.
 */
export function helpText(version: string): string {
  const entries = Object.entries(VARIABLES) as [keyof typeof VARIABLES, string][]; // keys are the literal names
  const variables = entries.map(([name, meaning]) => {
    const fallback = defaultOf(name);
    return `  ${name.padEnd(32)}${meaning}${fallback === undefined ? "" : ` (${fallback})`}`;
  });
  return `hugbucket ${version}: an S3 endpoint in front of Hugging Face Storage Buckets

Usage: main.ts [command] [options]

Commands:
  serve      the gateway (default)
  hub        the embedded hub alone: a local stand-in for the Hub's buckets and repos
  health     asks a running gateway whether it answers; for container health checks

Options:
  --embedded-hub   without HF_TOKEN, start an embedded hub and use it; keep its data and an
                   access key pair in the data directory
  --seed datasets/local/name[@branch][,private][,gated][,lfs][,large:BYTES][,tag:NAME]=FOLDER
                   make a repo of the embedded hub from a folder, or a commit in it where the
                   folder has changed; models/… and spaces/… too; may be given several times.
                   Files of 65536 bytes or large:BYTES and more are kept in Xet, or with lfs in
                   LFS as in old repos; smaller ones in Git
  --version        the version
  -h, --help       this text

Environment:
${variables.join("\n")}`;
}

/** What there is to say once the gateway listens. */
export interface StartFacts {
  /** The settings. */
  readonly config: Config;
  /** The address listened on. */
  readonly hostname: string;
  /** The port listened on. */
  readonly port: number;
  /** The pair that clients sign with; without it authentication is off. */
  readonly accessKey: AccessKey | undefined;
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
${backend}

${facts.accessKey === undefined ? openText(endpoint) : keyText(facts, facts.accessKey, endpoint)}`;
}

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
