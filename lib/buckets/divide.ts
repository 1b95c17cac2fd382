import { HubError } from "../hub/hub_error.ts";

/**
 * Makes one call for several requests. If the Hub refuses what is in it, each half is tried for
 * itself, so that a bad request fails alone.
 *
 * @param requests Who shares the call.
 * @param call Makes it and answers those it served; when it throws, the rest are unanswered.
 * @param open Whether a request is unanswered.
 * @param fail Answers a request with an error.
 */
export async function divide<R>(
  requests: readonly R[],
  call: (requests: readonly R[]) => Promise<void>,
  open: (request: R) => boolean,
  fail: (request: R, error: unknown) => void,
): Promise<void> {
  try {
    await call(requests);
  } catch (error) {
    const left = requests.filter(open);
    if (left.length > 1 && isAboutContent(error)) {
      const half = Math.ceil(left.length / 2);
      await divide(left.slice(0, half), call, open, fail);
      await divide(left.slice(half), call, open, fail);
    } else {
      for (const request of left) fail(request, error);
    }
  }
}

/** Whether a smaller call might be taken. Rights, quota and outages concern all halves alike. */
function isAboutContent(error: unknown): boolean {
  return error instanceof HubError && !error.outcomeUnknown &&
    (error.status === 400 || error.status === 413 || error.status === 422);
}
