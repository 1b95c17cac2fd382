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
  `CREATE TABLE hub_repos (
    id INTEGER PRIMARY KEY,
    hub_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    private INTEGER NOT NULL,
    gated TEXT,
    granted TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (type, namespace, name)
  ) STRICT`,
  `CREATE TABLE hub_repo_refs (
    repo INTEGER NOT NULL REFERENCES hub_repos (id) ON DELETE CASCADE,
    ref TEXT NOT NULL,
    sha TEXT NOT NULL,
    PRIMARY KEY (repo, ref)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE hub_repo_commits (
    repo INTEGER NOT NULL REFERENCES hub_repos (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    parent TEXT,
    tree TEXT NOT NULL,
    author TEXT NOT NULL,
    title TEXT NOT NULL,
    date INTEGER NOT NULL,
    PRIMARY KEY (repo, sha)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE hub_repo_trees (
    repo INTEGER NOT NULL REFERENCES hub_repos (id) ON DELETE CASCADE,
    tree TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    oid TEXT NOT NULL,
    PRIMARY KEY (repo, tree, name)
  ) STRICT, WITHOUT ROWID`,
  // xet_hash is NULL for a file of Git, and for an LFS file that was never brought to Xet; sha256 names the bytes.
  `CREATE TABLE hub_repo_blobs (
    repo INTEGER NOT NULL REFERENCES hub_repos (id) ON DELETE CASCADE,
    oid TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    pointer_size INTEGER,
    xet_hash TEXT,
    PRIMARY KEY (repo, oid)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX hub_repo_blobs_by_hash ON hub_repo_blobs (repo, xet_hash)`,
];
