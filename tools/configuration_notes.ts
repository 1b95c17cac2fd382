import type { VariableName } from "../lib/config/schema.ts";

/** What the reference of the settings says beyond their meanings in `--help`. */
export const NOTES: Readonly<Partial<Record<VariableName, string>>> = {
  HF_TOKEN:
    "It needs write access for more than reading, and reaches what its owner (or, if it is fine-grained, its scopes) reaches. Make one at <https://huggingface.co/settings/tokens>.",
  HF_ENDPOINT: "Another one than the Hub itself is an embedded hub, or a Hub of an enterprise.",
  HF_NAMESPACE:
    "S3 bucket `name` is the Storage Bucket `<namespace>/name`; `ns--name` is `ns/name`, in any namespace that the token reaches, whatever this says.",
  HUGBUCKET_REPOS: "All others can be read too, without being listed: [repos.md](repos.md).",
  AWS_SECRET_ACCESS_KEY:
    "With `--embedded-hub` a pair is made on the first start, and kept in the data directory.",
  HUGBUCKET_CREDENTIALS: "[What a pair can be](security.md#key-pairs).",
  HUGBUCKET_CREDENTIALS_FILE: "[What is in it](security.md#key-pairs). It needs `--allow-read`.",
  HUGBUCKET_ALLOW_ANONYMOUS:
    "Without a key pair the gateway refuses to listen on anything but loopback, unless this says otherwise: whoever reaches it reads and writes with its token.",
  HUGBUCKET_HOST: "In a container: `0.0.0.0`, and a key pair.",
  HUGBUCKET_PORT: "0 lets the system choose; the start text says what it chose.",
  HUGBUCKET_STORE_CHECKSUMS:
    "With every object, and CRC64NVME is computed where none is sent. Those of other algorithms always are stored.",
  HUGBUCKET_DOMAIN:
    "Virtual-hosted style: with `s3.example.com` the host `bucket.s3.example.com` names a bucket. Other hosts are path-style.",
  HUGBUCKET_CORS_ORIGINS: "Exact, `*`, or with one `*` inside.",
  HUGBUCKET_MEMORY_BUDGET:
    "Plan for about 250 MiB and twice the budget: what is beyond it is the runtime, and the embedded hub where it runs in the same process.",
  HUGBUCKET_MAX_REQUESTS: "[All limits](limits.md).",
  HUGBUCKET_SEND_TIMEOUT:
    "Who has waited for longer, such as a video that is paused, asks for the rest anew.",
  HUGBUCKET_CACHE_DIR:
    "For each token apart; it needs `--allow-read` and `--allow-write`. Without it content is kept in memory only, within the budget.",
  HUGBUCKET_STALL_TIMEOUT: "Twice as long with each attempt.",
  HUGBUCKET_REDIRECT: "[What it means](architecture.md#redirects): most SDKs do not follow.",
  HUGBUCKET_CONSOLE: "[What it is](console.md).",
  HUGBUCKET_SANDBOX: "[Why not](security.md#browsers).",
  HUGBUCKET_WORKERS: "0 does the byte work in the thread that serves.",
  HUGBUCKET_KV:
    "`memory` is for one process. A file needs `--allow-read` and `--allow-write`, a server its token in `DENO_KV_ACCESS_TOKEN`; `default` is Deno Deploy's KV there, and elsewhere a file of the runtime's own. Gateways on one KV work together and must have the same Hub, token and namespace; a restart forgets nothing: [reliability.md](reliability.md#registry-and-locks). On Deno Deploy it is `default` unless set.",
  HUGBUCKET_KV_LEASE: "The same for all gateways on a KV.",
  DENO_DEPLOY: "[deploy.md](deploy.md) says what else is different there.",
  HUGBUCKET_SHUTDOWN_DELAY:
    "So that a load balancer looks elsewhere before requests are refused; as long as it takes between two of its looks, and a little more.",
  HUGBUCKET_METRICS_TOKEN:
    "Without it that port does not show them: [operate.md](operate.md#metrics).",
  HUGBUCKET_METRICS_PORT: "Anybody who reaches it sees the metrics, unless there is a token.",
  HUGBUCKET_METRICS_HOST: "In a container `0.0.0.0`, with a port that is not published.",
  HUGBUCKET_SHUTDOWN_GRACE:
    "A service manager has to wait for as long: `TimeoutStopSec`, `stop_grace_period`.",
};
