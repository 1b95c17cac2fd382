/**
 * What S3 refuses, and how the page says it.
 *
 * @module
 */

/** @import { Answer } from "./transport.js" */

/** What to do about codes of which the gateway's own message tells the user too little. */
const ADVICE = new Map(Object.entries({
  InvalidAccessKeyId: "This gateway does not know the access key.",
  SignatureDoesNotMatch: "The secret does not belong to this access key.",
  RequestTimeTooSkewed: "The clock of this device differs too much from that of the gateway.",
  BucketNotEmpty: "The bucket is not empty: delete what it holds first.",
  SlowDown: "The gateway or the Hub has too much to do at the moment. Try again in a minute.",
}));

/** Names of statuses whose answers have no body, as those of HEAD. */
const CODES = new Map([[403, "AccessDenied"], [404, "NotFound"], [412, "PreconditionFailed"]]);

/** An error answer. */
export class S3Failure extends Error {
  name = "S3Failure";

  /**
   * @param {object} facts
   * @param {string} facts.code S3's code.
   * @param {string} facts.text The gateway's message.
   * @param {number} facts.status
   * @param {string} [facts.requestId]
   */
  constructor({ code, text, status, requestId }) {
    super(text);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
  }
}

/**
 * The error that an answer is, if it is one: by its status or, where S3 has begun to answer before it knew, by
 * its document.
 *
 * @param {Answer} answer
 * @returns {S3Failure | undefined}
 */
export function failureOf(answer) {
  const { status, document } = answer;
  const root = document?.documentElement;
  if (status < 300 && root?.localName !== "Error") return undefined;
  const field = (/** @type {string} */ name) =>
    root?.localName === "Error" ? root.querySelector(`:scope > ${name}`)?.textContent : undefined;
  return new S3Failure({
    code: field("Code") ?? CODES.get(status) ?? `HTTP ${status}`,
    text: field("Message") ?? `The gateway answered with status ${status}.`,
    status,
    requestId: answer.header("x-amz-request-id"),
  });
}

/**
 * An error as the user reads it: a sentence or two, and S3's code with the request id for whoever looks into the logs.
 *
 * @param {unknown} error
 */
export function describeError(error) {
  if (!(error instanceof S3Failure)) return error instanceof Error ? error.message : String(error);
  const { code, message, requestId } = error;
  const advice = ADVICE.get(code);
  const id = requestId === undefined ? "" : `, request ${requestId}`;
  return `${advice === undefined ? message : `${advice} ${message}`} (${code}${id})`;
}
