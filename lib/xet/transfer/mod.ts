/**
 * Moving files to and from a CAS in bounded memory: upload, composition, download.
 *
 * @module
 */

export { composeFiles } from "./compose_files.ts";
export {
  type FileRecipe,
  TRANSFER_LIMITS,
  type TransferContext,
  type TransferLimits,
  type TransferOptions,
} from "./context.ts";
export { downloadFile, type DownloadOptions } from "./download_file.ts";
export type { FileName, FilePart, FileSlice, LazyPart, ListedFile } from "./file_part.ts";
export { recipeFromText, recipeToText } from "./recipe_text.ts";
export { uploadFile } from "./upload_file.ts";
