/** Answers whose bytes do not arrive as they are. */

/** What becomes of the bytes of an answer. */
export type Damage = "break" | "truncate" | "flip" | "stall";

/** Whether the answer of a rule is the true one, damaged. */
export function isDamage(status: number | "reset" | Damage): status is Damage {
  return status === "break" || status === "truncate" || status === "flip" || status === "stall";
}

/**
 * The answer, damaged; one without a body is left as it is.
 *
 * @param response The true answer; it is read to its end.
 * @param damage What happens to its bytes.
 * @param at Where, as a share of them, 0 to 1.
 */
export async function damaged(response: Response, damage: Damage, at: number): Promise<Response> {
  if (response.body === null) return response;
  const bytes = await response.bytes();
  const place = Math.min(Math.floor(at * bytes.length), Math.max(0, bytes.length - 1));
  const head = bytes.subarray(0, place);
  const headers = new Headers(response.headers);
  const answer = (body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>) =>
    new Response(body, { status: response.status, headers });
  switch (damage) {
    case "truncate":
      headers.set("Content-Length", String(head.length));
      return answer(head);
    case "flip":
      if (bytes.length > 0) bytes.set([(bytes[place] ?? 0) ^ (1 << (place % 8))], place);
      return answer(bytes);
    case "break":
      headers.set("Content-Length", String(bytes.length));
      return answer(begun(head, (controller) => controller.close()));
    case "stall":
      headers.set("Content-Length", String(bytes.length));
      return answer(begun(head, () => {}));
    default:
      return damage satisfies never;
  }
}

/** Gives the first bytes; what then follows is up to `go`. */
function begun(
  head: Uint8Array<ArrayBuffer>,
  go: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (head.length > 0) controller.enqueue(head);
      go(controller);
    },
  });
}
