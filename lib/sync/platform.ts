const { process } = globalThis as { readonly process?: { readonly platform?: string } };

/** Whether the names of files are those of Windows. */
export const IS_WINDOWS: boolean = process?.platform === "win32";

/** Whether disks mostly take names that differ only in case for the same. */
export const FOLDS_NAMES: boolean = IS_WINDOWS || process?.platform === "darwin";
