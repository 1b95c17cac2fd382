/** The buckets of a hub, in its database. */

import type { Database } from "../storage/database.ts";
import { integer, type Row, text } from "./row.ts";

/** A bucket. Times are milliseconds since 1970. */
export interface Bucket {
  /** The row's key, which files refer to. */
  readonly id: number;
  /** The id that the API shows. */
  readonly hubId: string;
  /** The user or organisation that owns it. */
  readonly namespace: string;
  /** Its name in the namespace. */
  readonly name: string;
  /** Whether only the namespace's members see it. */
  readonly private: boolean;
  /** Where it is stored: `us` or `eu`. */
  readonly region: string;
  /** When it was created. */
  readonly createdAt: number;
  /** When it or a file in it last changed; grows with every change. */
  readonly updatedAt: number;
  /** The sum of its files' sizes in bytes. */
  readonly size: number;
  /** The number of its files. */
  readonly totalFiles: number;
}

/** What is chosen when a bucket is created. */
export type NewBucket = Pick<
  Bucket,
  "hubId" | "namespace" | "name" | "private" | "region" | "createdAt"
>;

/** Which buckets a listing is about. */
export interface BucketQuery {
  /** Whose buckets. */
  readonly namespace: string;
  /** Only names that contain this text. */
  readonly search: string;
  /** Whether private ones are listed too. */
  readonly withPrivate: boolean;
  /** Only names after this one, in byte order. */
  readonly after: string;
  /** At most so many. */
  readonly limit: number;
}

/** The table of buckets. */
export interface BucketTable {
  /** The bucket of this name, if there is one. */
  find(namespace: string, name: string): Bucket | undefined;
  /** Inserts a bucket; the name must be free. */
  create(bucket: NewBucket): Bucket;
  /** The buckets that a query describes, by name in byte order. */
  list(query: BucketQuery): readonly Bucket[];
  /** Deletes a bucket and its files. */
  delete(bucket: Bucket): void;
  /** Changes who sees a bucket. */
  setPrivate(bucket: Bucket, value: boolean): void;
  /** Gives a bucket another name, which must be free. */
  move(bucket: Bucket, namespace: string, name: string): void;
  /** Adds to a bucket's size and file count, and marks it as changed at `now` (or just after its last change). */
  change(
    bucket: Bucket,
    delta: { readonly size: number; readonly files: number },
    now: number,
  ): void;
}

/** Opens the table; the schema must be there. */
export function openBucketTable(database: Database): BucketTable {
  const find = database.prepare("SELECT * FROM hub_buckets WHERE namespace = ? AND name = ?");
  const insert = database.prepare(
    `INSERT INTO hub_buckets (hub_id, namespace, name, private, region, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  const list = database.prepare(
    `SELECT * FROM hub_buckets WHERE namespace = ? AND name > ? AND instr(lower(name), lower(?)) > 0
     AND private <= ? ORDER BY name LIMIT ?`,
  );
  const remove = database.prepare("DELETE FROM hub_buckets WHERE id = ?");
  const setPrivate = database.prepare("UPDATE hub_buckets SET private = ? WHERE id = ?");
  const move = database.prepare("UPDATE hub_buckets SET namespace = ?, name = ? WHERE id = ?");
  const change = database.prepare(
    `UPDATE hub_buckets SET size = size + ?, total_files = total_files + ?,
     updated_at = max(?, updated_at + 1) WHERE id = ?`,
  );
  return {
    find(namespace, name) {
      const row = find.get(namespace, name);
      return row === undefined ? undefined : bucketOf(row);
    },
    create(bucket) {
      const { hubId, namespace, name, region, createdAt } = bucket;
      const hidden = bucket.private ? 1 : 0;
      const row = insert.get(hubId, namespace, name, hidden, region, createdAt, createdAt);
      if (row === undefined) throw new Error("The database returned no row for a new bucket");
      return bucketOf(row);
    },
    list({ namespace, after, search, withPrivate, limit }) {
      return list.all(namespace, after, search, withPrivate ? 1 : 0, limit).map(bucketOf);
    },
    delete: (bucket) => void remove.run(bucket.id),
    setPrivate: (bucket, value) => void setPrivate.run(value ? 1 : 0, bucket.id),
    move: (bucket, namespace, name) => void move.run(namespace, name, bucket.id),
    change: (bucket, delta, now) => void change.run(delta.size, delta.files, now, bucket.id),
  };
}

function bucketOf(row: Row): Bucket {
  return {
    id: integer(row, "id"),
    hubId: text(row, "hub_id"),
    namespace: text(row, "namespace"),
    name: text(row, "name"),
    private: integer(row, "private") === 1,
    region: text(row, "region"),
    createdAt: integer(row, "created_at"),
    updatedAt: integer(row, "updated_at"),
    size: integer(row, "size"),
    totalFiles: integer(row, "total_files"),
  };
}
