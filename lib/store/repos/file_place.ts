import * as v from "valibot";

/** Where the bytes of a file that is not in Xet are. */
export interface FilePlace {
  /** 40 hex digits. */
  readonly commit: string;
  readonly path: string;
  /** Where the Hub has said that they are, for a while; never to be logged. */
  readonly location?: string;
}

const FilePlace = v.object({
  commit: v.string(),
  path: v.string(),
  location: v.exactOptional(v.string()),
});

/** As a content's `place`, opaque to everyone but the store. */
export const placeToText = (place: FilePlace): string => JSON.stringify(place);

/** Reads what {@linkcode placeToText} wrote. */
export const placeFromText = (text: string): FilePlace => v.parse(FilePlace, JSON.parse(text));
