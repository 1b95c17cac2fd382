import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  keptSecret,
  migrate,
  openDatabase,
  transaction,
} from "../../../lib/embedded_hub/storage/database.ts";

const FIRST = "CREATE TABLE things (name TEXT)";
const SECOND = "INSERT INTO things VALUES ('one')";

Deno.test("each migration of a name runs once, and new ones at the end run later", () => {
  const database = openDatabase(":memory:");
  migrate(database, "hub", [FIRST]);
  migrate(database, "hub", [FIRST]);
  migrate(database, "hub", [FIRST, SECOND]);
  migrate(database, "hub", [FIRST, SECOND]);
  migrate(database, "cas", ["CREATE TABLE others (name TEXT)"]);
  assertEquals(database.prepare("SELECT name FROM things").all().map((row) => row["name"]), [
    "one",
  ]);
  database.close();
});

Deno.test("data of a newer version is refused", () => {
  const database = openDatabase(":memory:");
  migrate(database, "hub", [FIRST, SECOND]);
  assertThrows(() => migrate(database, "hub", [FIRST]), Error, "newer version");
  database.close();
});

Deno.test("a migration that fails leaves nothing", () => {
  const database = openDatabase(":memory:");
  const broken = "CREATE TABLE half (name TEXT); INSERT INTO missing VALUES (1)";
  assertThrows(() => migrate(database, "hub", [FIRST, broken]));
  migrate(database, "hub", [FIRST, "CREATE TABLE half (name TEXT)"]);
  database.close();
});

Deno.test("a transaction is rolled back when its work throws", () => {
  const database = openDatabase(":memory:");
  database.exec(FIRST);
  assertThrows(
    () =>
      transaction(database, () => {
        database.exec(SECOND);
        throw new RangeError("no");
      }),
    RangeError,
  );
  assertEquals(database.prepare("SELECT * FROM things").all(), []);
  assertEquals(transaction(database, () => 7), 7);
  database.close();
});

Deno.test("a secret stays the same in a file, and another name has another", () => {
  const directory = Deno.makeTempDirSync();
  const open = () => openDatabase(`${directory}/hub.sqlite`);
  let database = open();
  const secret = keptSecret(database, "tokens");
  assertEquals(secret.length, 32);
  assertNotEquals(keptSecret(database, "urls"), secret);
  database.close();
  database = open();
  assertEquals(keptSecret(database, "tokens"), secret);
  assertEquals(database.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  assertEquals(database.prepare("PRAGMA synchronous").get()?.["synchronous"], 2);
  database.close();
  Deno.removeSync(directory, { recursive: true });
});
