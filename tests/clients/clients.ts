/** A client of another language and how it is run. */
export interface Client {
  /** Its name on the command line. */
  readonly name: string;
  /**
   * What checks it, relative to this folder: a Python script, a CommonJS one for Node, or the `main.go` of
   * a Go module that is built first. It prints `N passed, N failed` at its end.
   */
  readonly script: string;
  /** The pinned PyPI packages, relative to this folder; the first one is the client. */
  readonly requirements?: string;
  /** The `package.json` of the pinned npm packages, relative to this folder; the first one is the client. */
  readonly npm?: string;
  /** A Debian package and the program that it brings. */
  readonly debian?: { readonly package: string; readonly program: string };
  /** A Go program, got by `go install module@version`. */
  readonly go?: GoProgram;
  /** Whether `--core` runs it: the clients that are quick to install and to run. */
  readonly core?: boolean;
  /** Further variables; `{folder}` is the environment's folder, `{bin}` that of its programs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that the Go module proxy has. */
export interface GoProgram {
  /** The package path of its `main`. */
  readonly package: string;
  /** The module's version, with its `v`. */
  readonly version: string;
}

/** All clients, in the order they run. */
export const CLIENTS: readonly Client[] = [
  {
    name: "huggingface_hub",
    script: "huggingface_hub/run.py",
    requirements: "huggingface_hub/requirements.txt",
    core: true,
  },
  {
    name: "huggingface_hub-sync",
    script: "huggingface_hub_sync/run.py",
    requirements: "huggingface_hub/requirements.txt",
    core: true,
  },
  {
    name: "cross_xet",
    script: "cross_xet/run.py",
    requirements: "cross_xet/requirements.txt",
    core: true,
  },
  {
    name: "library-python",
    script: "library_python/run.py",
    requirements: "library_python/requirements.txt",
    core: true,
  },
  {
    name: "library-node",
    script: "library_node/run.cjs",
    npm: "library_node/package.json",
    env: { FOLDER: "{folder}" },
    core: true,
  },
  {
    name: "library-browser",
    script: "library_browser/run.cjs",
    npm: "library_browser/package.json",
    debian: { package: "chromium", program: "/usr/bin/chromium" },
    env: { NODE_PATH: "{folder}/node_modules", FOLDER: "{folder}", CHROMIUM: "/usr/bin/chromium" },
  },
  {
    name: "console",
    script: "console/run.cjs",
    npm: "console/package.json",
    debian: { package: "chromium", program: "/usr/bin/chromium" },
    env: {
      NODE_PATH: "{folder}/node_modules",
      FOLDER: "{folder}",
      CHROMIUM: "/usr/bin/chromium",
      AWS_REGION: "us-east-1",
      NODE_NO_WARNINGS: "1",
    },
    core: true,
  },
  { name: "boto3", script: "boto3/run.py", requirements: "boto3/requirements.txt", core: true },
  {
    name: "awscli-v1",
    script: "awscli/run.py",
    requirements: "awscli/requirements.txt",
    env: { AWS_CLI: "{bin}/aws" },
    core: true,
  },
  {
    name: "awscli-v2",
    script: "awscli/run.py",
    debian: { package: "awscli", program: "/usr/bin/aws" },
    env: { AWS_CLI: "/usr/bin/aws" },
    core: true,
  },
  {
    name: "rclone-debian",
    script: "rclone/run.py",
    debian: { package: "rclone", program: "/usr/bin/rclone" },
    env: { RCLONE: "/usr/bin/rclone" },
    core: true,
  },
  {
    name: "s5cmd",
    script: "s5cmd/run.py",
    requirements: "s5cmd/requirements.txt",
    env: { S5CMD: "{bin}/s5cmd" },
    core: true,
  },
  {
    name: "s3cmd",
    script: "s3cmd/run.py",
    requirements: "s3cmd/requirements.txt",
    env: { S3CMD: "{bin}/s3cmd" },
    core: true,
  },
  {
    name: "minio-py",
    script: "minio_py/run.py",
    requirements: "minio_py/requirements.txt",
    core: true,
  },
  { name: "s3fs", script: "s3fs/run.py", requirements: "s3fs/requirements.txt", core: true },
  {
    name: "pyarrow",
    script: "pyarrow/run.py",
    requirements: "pyarrow/requirements.txt",
    core: true,
  },
  {
    name: "rclone",
    script: "rclone/run.py",
    go: { package: "github.com/rclone/rclone", version: "v1.75.1" },
    env: { RCLONE: "{bin}/rclone" },
  },
  {
    name: "restic",
    script: "restic/run.py",
    debian: { package: "restic", program: "/usr/bin/restic" },
    env: { RESTIC: "/usr/bin/restic" },
  },
  {
    name: "mc",
    script: "mc/run.py",
    go: { package: "github.com/minio/mc", version: "v0.0.0-20250313080218-cf909e1063a9" },
    env: { MC: "{bin}/mc" },
  },
  {
    name: "aws-sdk-js",
    script: "aws_sdk_js/run.cjs",
    npm: "aws_sdk_js/package.json",
    env: { NODE_PATH: "{folder}/node_modules", AWS_REGION: "us-east-1" },
    core: true,
  },
  { name: "aws-sdk-go-v2", script: "aws_sdk_go/main.go" },
  { name: "polars", script: "polars/run.py", requirements: "polars/requirements.txt" },
  { name: "obstore", script: "obstore/run.py", requirements: "obstore/requirements.txt" },
  { name: "deltalake", script: "deltalake/run.py", requirements: "deltalake/requirements.txt" },
  { name: "pyiceberg", script: "pyiceberg/run.py", requirements: "pyiceberg/requirements.txt" },
  { name: "zarr", script: "zarr/run.py", requirements: "zarr/requirements.txt" },
  {
    name: "dvc",
    script: "dvc/run.py",
    requirements: "dvc/requirements.txt",
    env: { DVC_BIN: "{bin}/dvc" },
  },
  { name: "duckdb", script: "duckdb/run.py", requirements: "duckdb/requirements.txt" },
  { name: "opendal", script: "opendal/run.py", requirements: "opendal/requirements.txt" },
  {
    name: "litestream",
    script: "litestream/run.py",
    go: { package: "github.com/benbjohnson/litestream/cmd/litestream", version: "v0.5.18" },
    env: { LITESTREAM: "{bin}/litestream" },
  },
];
