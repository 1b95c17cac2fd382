import { HubError } from "../hub/hub_error.ts";
import { CasError } from "../xet/cas/cas_error.ts";

/** What is wrong and what to do about it. */
export interface Explanation {
  readonly message: string;
  readonly advice: string;
}

const NEW_TOKEN =
  "Make a token with write access at https://huggingface.co/settings/tokens and set HF_TOKEN to it.";
const NETWORK =
  "Check HF_ENDPOINT, the name service, proxies and firewalls between here and there.";

/**
 * Says an error in plain words.
 *
 * @param error What a call of the Hub or the CAS has thrown.
 * @param doing What was being done, as in "writing an object".
 */
export function explain(error: unknown, doing: string): Explanation {
  if (error instanceof HubError) return explainHub(error, doing);
  if (error instanceof CasError) {
    return {
      message: `The storage behind the Hub (CAS) failed while ${doing}: ${error.message}`,
      advice: error.status === undefined
        ? "The Hub names the CAS's address; let this machine reach it by https, *.xethub.hf.co and *.huggingface.co for the real one."
        : "Try again later; if it stays so, the CAS has a fault: https://status.huggingface.co",
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    message: `Failed while ${doing}: ${message}`,
    advice: "HUGBUCKET_LOG_LEVEL=debug shows where.",
  };
}

function explainHub(error: HubError, doing: string): Explanation {
  switch (error.kind) {
    case "unauthorized":
      return { message: "The Hub does not take the token", advice: NEW_TOKEN };
    case "forbidden":
      return { message: `The token does not allow ${doing}`, advice: NEW_TOKEN };
    case "rate_limited": {
      const seconds = Math.ceil(error.retryAfterSeconds ?? 300);
      return {
        message: `The Hub's quota of calls is used up; it takes calls again in ${seconds} s`,
        advice: "Wait, use the token in fewer places, or use a plan with a larger quota.",
      };
    }
    case "network":
    case "timeout":
      return { message: `The Hub cannot be reached: ${error.message}`, advice: NETWORK };
    case "server_error":
      return {
        message: `The Hub failed while ${doing} (HTTP ${error.status})`,
        advice: "Try again later; https://status.huggingface.co tells of outages.",
      };
    case "not_found":
      return {
        message: `The Hub has nothing there while ${doing}: ${error.message}`,
        advice:
          "Check the bucket's name and HF_NAMESPACE; what a token may not see looks as if it were not there.",
      };
    case "malformed":
    case "redirect":
      return {
        message: `What answers is not a Hub: ${error.message}`,
        advice: "Check HF_ENDPOINT.",
      };
    default:
      return {
        message: `The Hub refused ${doing}: ${error.message}`,
        advice: "Its words say why.",
      };
  }
}
