const { process } = globalThis as { readonly process?: { readonly platform?: string } };

/** Whether the names of files are those of Windows. */
export const IS_WINDOWS: boolean = process?.platform === "win32";
