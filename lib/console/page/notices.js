/**
 * What the page tells besides what it shows: what is under way, and what went wrong. Screen readers hear both.
 *
 * @module
 */

import { button, el } from "./dom.js";
import { describeError } from "./s3_failure.js";
import { SessionExpired } from "./session.js";

const status = el("p", { role: "status", class: "status" });
const problems = el("div", { role: "alert", class: "problems" });

/** Their place on the page. */
export const notices = [status, problems];

/**
 * Says what is under way, or done.
 *
 * @param {string} text Empty when there is nothing to say.
 */
export function tell(text) {
  status.textContent = text;
}

/** Takes away what went wrong before. */
export function clearProblems() {
  problems.replaceChildren();
}

/**
 * Shows what went wrong, until it is dismissed or the user goes elsewhere.
 *
 * @param {unknown} error
 */
export function showProblem(error) {
  const line = el("p", {}, describeError(error), " ");
  if (error instanceof SessionExpired) {
    line.append(button("Sign in", () => location.reload()));
  } else {
    line.append(button("Dismiss", () => line.remove()));
  }
  problems.append(line);
}

/**
 * Does something, and shows what went wrong with it.
 *
 * @param {string} text What is said meanwhile.
 * @param {() => Promise<string | void>} work Gives what is said afterwards.
 */
export async function doing(text, work) {
  tell(text);
  clearProblems();
  try {
    tell(await work() ?? "");
  } catch (error) {
    tell("");
    if (!(error instanceof DOMException && error.name === "AbortError")) showProblem(error);
  }
}
