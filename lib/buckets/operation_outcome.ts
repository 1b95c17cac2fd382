import type { BatchOperation } from "../hub/files.ts";
import { HubError } from "../hub/hub_error.ts";
import type { FileInfo } from "../hub/wire.ts";

/**
 * Whether what an operation wanted is the case.
 *
 * @param operation The operation.
 * @param file What is at its path now.
 */
export function isDone(operation: BatchOperation, file: FileInfo | undefined): boolean {
  switch (operation.type) {
    case "deleteFile":
      return file === undefined;
    case "addFile":
    case "copyFile":
      return file !== undefined && file.xetHash === operation.xetHash &&
        (file.mtime === undefined || isSameTime(file.mtime.getTime(), operation.mtime)) &&
        (file.contentType === undefined || operation.contentType === undefined ||
          file.contentType === operation.contentType);
    default:
      return operation satisfies never;
  }
}

/** Whether the Hub keeps milliseconds is not documented: a time without them may have been cut. */
function isSameTime(kept: number, sent: number): boolean {
  return kept === sent || (kept % 1000 === 0 && kept === Math.floor(sent / 1000) * 1000);
}

/**
 * Whether the reason for which a delete failed is that there is nothing. The Hub's words are not
 * documented; where they are others, paths-info is asked.
 */
export function saysAbsent(reason: string): boolean {
  return /not[ _-]?found|no such|(does not|doesn't) exist/i.test(reason);
}

/** The error of a single operation that the Hub refused. */
export function refusedOperation(path: string, reason: string): HubError {
  return new HubError(
    "unprocessable",
    `The Hub refused ${JSON.stringify(path)} in a batch: ${reason}`,
    { status: 422, detail: reason },
  );
}
