/** Whether the names of files are those of Windows. */
export const IS_WINDOWS: boolean = globalThis.navigator?.platform?.startsWith("Win") ?? false;
