/**
 * The form to sign in. The secret goes from its field into WebCrypto, and nowhere else.
 *
 * @module
 */

import { listBuckets } from "./buckets.js";
import { el } from "./dom.js";
import { clearProblems, showProblem, tell } from "./notices.js";
import { S3Client } from "./s3_client.js";
import { closeSession, openSession } from "./session.js";

/** @import { Signer } from "./sigv4.js" */

const NOT_SECURE =
  "This page came over plain http from another machine. Browsers offer no cryptography there, so nothing can be signed: open the console by https, or through a tunnel to localhost.";

/**
 * @param {string} region
 * @param {(signer: Signer) => void} onSignedIn
 * @returns {HTMLElement}
 */
export function signInView(region, onSignedIn) {
  if (!globalThis.isSecureContext) return el("main", {}, el("p", { role: "alert" }, NOT_SECURE));
  // No field has a name: nothing of the form could be sent even without scripts.
  const key = el("input", {
    id: "access-key",
    autocomplete: "username",
    spellcheck: "false",
    autocapitalize: "none",
    required: true,
    autofocus: true,
  });
  const secret = el("input", {
    id: "secret-key",
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const submit = el("button", { class: "primary" }, "Sign in");

  const signIn = async () => {
    clearProblems();
    tell("Signing in…");
    submit.disabled = true;
    try {
      const signer = await openSession(key.value.trim(), secret.value.trim(), region);
      await listBuckets(new S3Client(signer));
      secret.value = "";
      onSignedIn(signer);
    } catch (error) {
      closeSession();
      showProblem(error);
      secret.select();
    } finally {
      tell("");
      submit.disabled = false;
    }
  };

  return el(
    "main",
    { class: "sign-in" },
    el("h1", { tabindex: -1 }, "Sign in"),
    el(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          signIn();
        },
      },
      el("label", { for: "access-key" }, "Access key ID"),
      key,
      el("label", { for: "secret-key" }, "Secret access key"),
      secret,
      el(
        "p",
        { class: "hint" },
        "The secret stays in this tab: requests are signed here, and only their signatures are sent.",
      ),
      el("p", { class: "actions" }, submit),
    ),
  );
}
