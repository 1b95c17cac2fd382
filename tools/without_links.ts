/**
 * Lets `jsr:` names resolve from JSR instead of `links/`, as they do for those who use the package: takes `links` out of the
 * `deno.json` in a directory, and resolves the lock file anew. Needs JSR. The argument names the directory.
 *
 * @module
 */

const [directory] = Deno.args;
if (directory === undefined) {
  console.error("Name the directory: it is changed");
  Deno.exit(2);
}
const file = `${directory}/deno.json`;
const { links: _, ...rest } = JSON.parse(await Deno.readTextFile(file));
await Deno.writeTextFile(file, `${JSON.stringify(rest, undefined, 2)}\n`);
// `links/` holds packages of the names that are to come from JSR.
await Deno.remove(`${directory}/links`, { recursive: true });
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["install", "--frozen=false"],
  cwd: directory,
}).spawn().status;
Deno.exit(code);
