/**
 * The one SQLite database of an embedded hub: opening it, numbered migrations, transactions and
 * kept secrets.
 *
 * Both halves (the Hub's bucket API and the CAS) use the same database object, each with tables of
 * its own.
 */

import { DatabaseSync } from "node:sqlite";

/** An open database; both halves of the embedded hub share one. */
export type Database = DatabaseSync;

/**
 * Opens the database file, or one in memory for `":memory:"`.
 *
 * A file is opened in WAL mode with `synchronous=FULL`, so that a committed transaction survives
 * the loss of the process and of power (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
export function openDatabase(path: string): Database {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode=WAL");
  database.exec("PRAGMA synchronous=FULL");
  database.exec("PRAGMA foreign_keys=ON");
  return database;
}

/**
 * Runs those of `statements` that were not run before on this database, in order, each in a
 * transaction of its own.
 *
 * The list of a `name` only ever grows at its end: the position of a statement is its number.
 */
export function migrate(database: Database, name: string, statements: readonly string[]): void {
  database.exec(
    "CREATE TABLE IF NOT EXISTS migrations (name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, number))",
  );
  const row = database.prepare("SELECT count(*) AS done FROM migrations WHERE name = ?").get(name);
  const done = Number(row?.["done"] ?? 0);
  if (done > statements.length) {
    throw new Error(
      `The data was written by a newer version: ${name} has ${done} migrations, this version knows ${statements.length}`,
    );
  }
  statements.slice(done).forEach((statement, position) => {
    transaction(database, () => {
      database.exec(statement);
      database.prepare("INSERT INTO migrations (name, number) VALUES (?, ?)").run(
        name,
        done + position,
      );
    });
  });
}

/**
 * Runs `work` in a transaction: committed when it returns, rolled back when it throws. It must not
 * be asynchronous.
 */
export function transaction<T>(database: Database, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  let result: T;
  try {
    result = work();
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
  database.exec("COMMIT");
  return result;
}

/**
 * The secret of this name: 32 bytes, made at the first call on a database and the same ever after.
 *
 * @param randomBytes fills a buffer with random bytes; the platform's generator unless given
 */
export function keptSecret(
  database: Database,
  name: string,
  randomBytes: (buffer: Uint8Array<ArrayBuffer>) => void = (buffer) =>
    void crypto.getRandomValues(buffer),
): Uint8Array {
  database.exec(
    "CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
  );
  const fresh = new Uint8Array(32);
  randomBytes(fresh);
  database.prepare("INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)").run(name, fresh);
  const value = database.prepare("SELECT value FROM secrets WHERE name = ?").get(name)?.["value"];
  if (!(value instanceof Uint8Array)) throw new Error(`The kept secret ${name} cannot be read`);
  return value;
}
