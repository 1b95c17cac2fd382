import type { FileRecipe, TransferContext, TransferOptions } from "./context.ts";
import type { ListedFile } from "./file_part.ts";
import { endsOf } from "./part_view.ts";
import { storedRuns, writeRecipeList } from "./recipe_list.ts";
import { uploadFile } from "./upload_file.ts";

/**
 * Keeps a recipe in the CAS, as a file of its own: for recipes that are too long to be kept
 * elsewhere. Composing reads it a run at a time.
 *
 * @param context Where to.
 * @param recipe What `uploadFile` gave.
 * @param options `signal` ends it.
 */
export async function storeRecipe(
  context: TransferContext,
  recipe: FileRecipe,
  options: TransferOptions = {},
): Promise<ListedFile> {
  const list = ReadableStream.from(writeRecipeList(storedRuns(recipe)));
  const { hash, size } = await uploadFile(context, list, options);
  return { hash: recipe.hash, size: recipe.size, list: { hash, size }, ...endsOf(recipe) };
}
