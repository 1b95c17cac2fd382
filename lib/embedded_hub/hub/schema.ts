/** The tables of the Hub half. The list only grows at its end. */
export const HUB_MIGRATIONS: readonly string[] = [
  `CREATE TABLE hub_buckets (
    id INTEGER PRIMARY KEY,
    hub_id TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    private INTEGER NOT NULL,
    region TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    total_files INTEGER NOT NULL DEFAULT 0,
    UNIQUE (namespace, name)
  ) STRICT`,
  // TEXT compares by its UTF-8 bytes (BINARY collation), which is the order of the Hub's listings.
  `CREATE TABLE hub_files (
    bucket INTEGER NOT NULL REFERENCES hub_buckets (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    xet_hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL,
    mtime INTEGER,
    content_type TEXT,
    PRIMARY KEY (bucket, path)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX hub_files_by_hash ON hub_files (bucket, xet_hash)`,
];
