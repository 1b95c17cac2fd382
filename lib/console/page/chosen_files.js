/**
 * Files that were dropped or chosen, with their paths.
 *
 * @module
 */

/**
 * @typedef {object} ChosenFile
 * @property {string} path Of folders that were chosen, from their name on.
 * @property {File} file
 */

/**
 * Files of a file chooser.
 *
 * @param {HTMLInputElement} input
 * @returns {ChosenFile[]}
 */
export function filesOfInput(input) {
  return [...(input.files ?? [])].map((file) => ({
    path: file.webkitRelativePath || file.name,
    file,
  }));
}

/**
 * Files of a drop, those in folders too.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<ChosenFile[]>}
 */
export async function filesOfDrop(transfer) {
  // Entries have to be taken before anything is waited for: afterwards the transfer is empty.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files].map((file) => ({ path: file.name, file }));
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  /** @type {ChosenFile[]} */
  const files = [];
  for (const entry of entries) if (entry !== null) await collect(entry, "", files);
  return files;
}

/**
 * @param {FileSystemEntry} entry
 * @param {string} parent
 * @param {ChosenFile[]} files
 */
async function collect(entry, parent, files) {
  const path = `${parent}${entry.name}`;
  if (isFile(entry)) {
    /** @type {File} */
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    files.push({ path, file });
  } else if (isDirectory(entry)) {
    const reader = entry.createReader();
    while (true) {
      // A reader gives some at a time, and none at the end.
      /** @type {FileSystemEntry[]} */
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) break;
      for (const child of some) await collect(child, `${path}/`, files);
    }
  }
}

/**
 * @param {FileSystemEntry} entry
 * @returns {entry is FileSystemFileEntry}
 */
function isFile(entry) {
  return entry.isFile;
}

/**
 * @param {FileSystemEntry} entry
 * @returns {entry is FileSystemDirectoryEntry}
 */
function isDirectory(entry) {
  return entry.isDirectory;
}
