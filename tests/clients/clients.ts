/** A client of another language and how it is run. */
export interface Client {
  /** Its name on the command line. */
  readonly name: string;
  /** The Python script, relative to this folder; prints `N passed, N failed` at its end. */
  readonly script: string;
  /** The pinned PyPI packages, relative to this folder. */
  readonly requirements?: string;
  /** A Debian package and the program that it brings. */
  readonly debian?: { readonly package: string; readonly program: string };
  /** Further variables; `{bin}` is the folder of the environment's programs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** All clients, in the order they run. */
export const CLIENTS: readonly Client[] = [
  {
    name: "huggingface_hub",
    script: "huggingface_hub/run.py",
    requirements: "huggingface_hub/requirements.txt",
  },
  { name: "cross_xet", script: "cross_xet/run.py", requirements: "cross_xet/requirements.txt" },
  { name: "boto3", script: "boto3/run.py", requirements: "boto3/requirements.txt" },
  {
    name: "awscli-v1",
    script: "awscli/run.py",
    requirements: "awscli/requirements.txt",
    env: { AWS_CLI: "{bin}/aws" },
  },
  {
    name: "awscli-v2",
    script: "awscli/run.py",
    debian: { package: "awscli", program: "/usr/bin/aws" },
    env: { AWS_CLI: "/usr/bin/aws" },
  },
];
