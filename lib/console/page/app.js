/**
 * The console: who is signed in, where they are, and what is shown there.
 *
 * @module
 */

import { bucketsView } from "./buckets_view.js";
import { button, el } from "./dom.js";
import { clearProblems, notices, tell } from "./notices.js";
import { ObjectsView } from "./objects_view.js";
import { placeOf } from "./place.js";
import { S3Client } from "./s3_client.js";
import { closeSession, restoreSession } from "./session.js";
import { signInView } from "./sign_in_view.js";
import { UploadQueue } from "./upload_queue.js";
import { UploadsView } from "./uploads_view.js";

/** @import { Signer } from "./sigv4.js" */

const { region = "us-east-1", authentication } = document.documentElement.dataset;
const who = el("span", { class: "who" });
const header = el(
  "header",
  {},
  el("a", { href: "#/", class: "brand" }, "HugBucket"),
  who,
);
let view = el("main");
document.body.replaceChildren(header, ...notices, view);

if (authentication === "off") {
  start(undefined);
} else {
  const signer = globalThis.isSecureContext ? await restoreSession(region) : undefined;
  if (signer === undefined) show(signInView(region, start));
  else start(signer);
}

/**
 * Shows buckets and what is in them from now on.
 *
 * @param {Signer | undefined} signer
 */
function start(signer) {
  const client = new S3Client(signer);
  /** @type {ObjectsView | undefined} */
  let folder;
  let elsewhere = new AbortController();
  let isStale = false;
  const queue = new UploadQueue(client, (upload) => {
    uploads.changed(upload);
    isStale ||= upload.state === "done";
    if (!isStale || queue.isBusy) return;
    isStale = false;
    folder?.reload();
  });
  const uploads = new UploadsView(queue);
  document.body.append(uploads.element);
  if (signer === undefined) {
    who.textContent = "Authentication is off";
  } else {
    who.append(signer.accessKeyId, " ", button("Sign out", signOut));
  }

  const go = () => {
    elsewhere.abort(new DOMException("Gone elsewhere", "AbortError"));
    elsewhere = new AbortController();
    clearProblems();
    tell("");
    const { signal } = elsewhere;
    const { bucket, prefix } = placeOf(location.hash);
    folder = bucket === undefined
      ? undefined
      : new ObjectsView({ client, uploads: queue, bucket, prefix, signal });
    document.title = bucket === undefined ? "HugBucket" : `${bucket}/${prefix} – HugBucket`;
    show(folder?.open() ?? bucketsView(client, signal));
  };
  addEventListener("hashchange", go);
  addEventListener("beforeunload", (event) => {
    if (queue.isBusy) event.preventDefault();
  });
  go();
}

/** @param {HTMLElement} next */
function show(next) {
  view.replaceWith(next);
  view = next;
  // Who cannot see the page learns where they are by what has the focus.
  const place = next.querySelector("[autofocus]") ?? next.querySelector("h1");
  if (place instanceof HTMLElement) place.focus();
}

function signOut() {
  closeSession();
  location.hash = "#/";
  location.reload();
}
