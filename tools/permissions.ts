/** What the program needs at most: the embedded hub, syncs and the cache read and write where they are told to. */
export const PERMISSIONS = ["env", "net", "read", "write"];
