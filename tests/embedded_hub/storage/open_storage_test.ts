import { assert, assertEquals, assertThrows } from "@std/assert";
import { DirectoryInUseError } from "../../../lib/embedded_hub/storage/directory_lock.ts";
import { openStorage } from "../../../lib/embedded_hub/storage/open_storage.ts";

Deno.test("a directory is used by one at a time", () => {
  const directory = `${Deno.makeTempDirSync()}/new/folder`;
  const storage = openStorage(directory);
  assertThrows(() => openStorage(directory), DirectoryInUseError, `${directory} is in use`);
  storage.close();
  openStorage(directory).close();
  Deno.removeSync(directory, { recursive: true });
});

Deno.test("another process cannot use a directory that is in use", async () => {
  const directory = Deno.makeTempDirSync();
  const storage = openStorage(directory);
  const module = new URL("../../../lib/embedded_hub/storage/open_storage.ts", import.meta.url);
  const code = `import { openStorage } from ${JSON.stringify(module.href)};
    try { openStorage(${JSON.stringify(directory)}); } catch (error) { console.log(error.name); }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "DirectoryInUseError");
  storage.close();
  Deno.removeSync(directory, { recursive: true });
});

Deno.test("a directory whose database cannot be opened is given free again", () => {
  const directory = Deno.makeTempDirSync();
  Deno.mkdirSync(`${directory}/hub.sqlite`);
  assertThrows(() => openStorage(directory), Error);
  Deno.removeSync(`${directory}/hub.sqlite`);
  openStorage(directory).close();
  assert(Deno.statSync(`${directory}/hub.sqlite`).isFile);
  Deno.removeSync(directory, { recursive: true });
});

Deno.test("two storages in memory share nothing", () => {
  const [one, other] = [openStorage(undefined), openStorage(undefined)];
  one.database.exec("CREATE TABLE things (name TEXT)");
  other.database.exec("CREATE TABLE things (name TEXT)");
  one.close();
  other.close();
});
