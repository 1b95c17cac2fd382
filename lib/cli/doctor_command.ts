import type { Config } from "../config/config.ts";
import { exposureProblem } from "../config/exposure.ts";
import type { Finding } from "../doctor/finding.ts";
import { runDoctor } from "../doctor/run_doctor.ts";
import type { Console } from "./console.ts";
import { printable, Printer, type PrinterOptions } from "./printer.ts";

/** What `doctor` is asked to do. */
export interface DoctorCommandOptions extends PrinterOptions {
  /** A bucket to write to; one is made and removed by default. */
  readonly bucket?: string;
}

/** What `doctor` works with. */
export interface DoctorParts {
  /** The settings. */
  readonly config: Config;
  /** The terminal. */
  readonly console: Console;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * `doctor`: checks the settings, then all that a gateway with them depends on.
 *
 * @returns Whether nothing has failed.
 */
export async function doctor(
  { config, console, signal }: DoctorParts,
  options: DoctorCommandOptions,
): Promise<boolean> {
  const printer = new Printer(console, options);
  const findings: Finding[] = [];
  const tell = (finding: Finding): void => {
    findings.push(finding);
    printer.note(lineOf(finding));
  };
  configFindings(config).forEach(tell);
  if (config.hfToken !== undefined) {
    const { hfToken: token, hfEndpoint: endpoint, hfNamespace: namespace } = config;
    const { bucket } = options;
    for await (const finding of runDoctor({ token, endpoint, namespace, bucket, signal })) {
      tell(finding);
    }
  }
  const isWell = findings.every(({ status }) => status !== "failed");
  const sum = isWell
    ? "Nothing is wrong that would keep a gateway from working."
    : "Something is wrong: see above.";
  printer.result(sum, { ok: isWell, findings });
  return isWell;
}

function configFindings(config: Config): readonly Finding[] {
  const check = "configuration";
  const hasPair = config.credential !== undefined || config.credentials.length > 0 ||
    config.credentialsFile !== undefined;
  const exposure = exposureProblem(config, hasPair);
  const findings: Finding[] = [];
  if (config.hfToken === undefined) {
    findings.push({
      check,
      status: "failed",
      message: "There is no HF_TOKEN, so that nothing can be asked of the Hub",
      advice:
        "Set it to a token from https://huggingface.co/settings/tokens, or HF_ENDPOINT and HF_TOKEN to those of an embedded hub.",
    });
  }
  if (exposure !== undefined) findings.push({ check, status: "failed", message: exposure });
  if (!hasPair && exposure === undefined) {
    findings.push({
      check,
      status: "warning",
      message:
        "There is no access key pair: whoever reaches the gateway reads and writes with its token",
      advice: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    });
  }
  return findings.length > 0
    ? findings
    : [{ check, status: "ok", message: "The settings are valid" }];
}

function lineOf({ check, status, message, advice }: Finding): string {
  const head = `${status.padEnd(8)} ${check.padEnd(14)} ${printable(message)}`;
  return advice === undefined ? head : `${head}\n${" ".repeat(24)}${advice}`;
}
