import * as v from "valibot";
import type { BucketSettings, CorsRule } from "../object_store.ts";
import { LineSchema, type SidecarFormat } from "./sidecar_format.ts";

const Lines = v.array(LineSchema);

const Rule = v.pipe(
  v.object({
    id: v.optional(LineSchema),
    allowedOrigins: Lines,
    allowedMethods: Lines,
    allowedHeaders: Lines,
    exposeHeaders: Lines,
    maxAgeSeconds: v.optional(v.pipe(v.number(), v.safeInteger())),
  }),
  v.transform(({ id, maxAgeSeconds, ...lists }): CorsRule => ({
    ...lists,
    ...(id !== undefined && { id }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  })),
);

/** `~hugbucket/bucket.json`. */
export const SETTINGS_FORMAT: SidecarFormat<BucketSettings> = {
  name: "a bucket's settings",
  // A CORS configuration has 64 KB of XML at most (Amazon S3 API reference, PutBucketCors).
  maxBytes: 256 * 1024,
  write: (settings) => ({ version: 1, ...settings }),
  schema: v.pipe(
    v.object({
      version: v.literal(1),
      cors: v.optional(v.array(Rule)),
      tags: v.optional(v.array(v.object({ key: v.string(), value: v.string() }))),
    }),
    v.transform(({ cors, tags }): BucketSettings => ({
      ...(cors !== undefined && { cors }),
      ...(tags !== undefined && { tags }),
    })),
  ),
};
