/**
 * The files of the console's page, as text: so they are part of the program, and nothing is read to serve them.
 *
 * @module
 */

import indexHtml from "./page/index.html" with { type: "text" };
import app from "./page/app.js" with { type: "text" };
import buckets from "./page/buckets.js" with { type: "text" };
import bucketsView from "./page/buckets_view.js" with { type: "text" };
import chosenFiles from "./page/chosen_files.js" with { type: "text" };
import console from "./page/console.css" with { type: "text" };
import deletes from "./page/deletes.js" with { type: "text" };
import detailsDialog from "./page/details_dialog.js" with { type: "text" };
import dialogs from "./page/dialogs.js" with { type: "text" };
import dom from "./page/dom.js" with { type: "text" };
import drops from "./page/drops.js" with { type: "text" };
import folderPath from "./page/folder_path.js" with { type: "text" };
import format from "./page/format.js" with { type: "text" };
import links from "./page/links.js" with { type: "text" };
import notices from "./page/notices.js" with { type: "text" };
import objectUpload from "./page/object_upload.js" with { type: "text" };
import objectsTable from "./page/objects_table.js" with { type: "text" };
import objectsView from "./page/objects_view.js" with { type: "text" };
import percent from "./page/percent.js" with { type: "text" };
import place from "./page/place.js" with { type: "text" };
import preview from "./page/preview.js" with { type: "text" };
import s3Client from "./page/s3_client.js" with { type: "text" };
import s3Failure from "./page/s3_failure.js" with { type: "text" };
import session from "./page/session.js" with { type: "text" };
import signInView from "./page/sign_in_view.js" with { type: "text" };
import sigv4 from "./page/sigv4.js" with { type: "text" };
import slots from "./page/slots.js" with { type: "text" };
import transport from "./page/transport.js" with { type: "text" };
import uploadQueue from "./page/upload_queue.js" with { type: "text" };
import uploadsView from "./page/uploads_view.js" with { type: "text" };

/** The page itself, with places for what `console_page.ts` fills in. */
export const PAGE: string = indexHtml;

/** What it loads, by name. */
export const PAGE_FILES: ReadonlyMap<string, string> = new Map([
  ["app.js", app],
  ["buckets.js", buckets],
  ["buckets_view.js", bucketsView],
  ["chosen_files.js", chosenFiles],
  ["console.css", console],
  ["deletes.js", deletes],
  ["details_dialog.js", detailsDialog],
  ["dialogs.js", dialogs],
  ["dom.js", dom],
  ["drops.js", drops],
  ["folder_path.js", folderPath],
  ["format.js", format],
  ["links.js", links],
  ["notices.js", notices],
  ["object_upload.js", objectUpload],
  ["objects_table.js", objectsTable],
  ["objects_view.js", objectsView],
  ["percent.js", percent],
  ["place.js", place],
  ["preview.js", preview],
  ["s3_client.js", s3Client],
  ["s3_failure.js", s3Failure],
  ["session.js", session],
  ["sign_in_view.js", signInView],
  ["sigv4.js", sigv4],
  ["slots.js", slots],
  ["transport.js", transport],
  ["upload_queue.js", uploadQueue],
  ["uploads_view.js", uploadsView],
]);
