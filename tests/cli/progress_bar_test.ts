import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Writable } from "node:stream";
import { ProgressBar } from "../../lib/cli/progress_bar.ts";
import { withBar } from "../../lib/cli/transfer_bar.ts";
import { withCli } from "./cli_under_test.ts";

/** A terminal that keeps what it is told. */
class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 120;
  text = "";
  override _write(piece: Uint8Array, _encoding: string, done: () => void): void {
    this.text += new TextDecoder().decode(piece);
    done();
  }
}

Deno.test("a bar shows bytes and files, and is gone at the end", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal, "sync");
  bar.update({ bytesDone: 0, bytesTotal: 3_000_000, filesDone: 0, filesTotal: 2 });
  bar.update({ bytesDone: 3_000_000, bytesTotal: 3_000_000, filesDone: 2, filesTotal: 2 });
  bar.stop();
  assertStringIncludes(terminal.text, "100% | 3.0 MB of 3.0 MB | 2 of 2 files");
  assert(terminal.text.endsWith("\x1b[2K"), "the line is cleared");
});

Deno.test("a bar of unknown length shows bytes", () => {
  const terminal = new FakeTerminal();
  const bar = new ProgressBar(terminal, "upload");
  bar.update({ bytesDone: 1_000 });
  bar.stop();
  assertStringIncludes(terminal.text, "| 1.0 kB |");
});

Deno.test("there is no bar where there is no terminal, or quiet is wanted", async () => {
  const terminal = new FakeTerminal();
  const console = {
    write() {},
    writeError() {},
    output: new WritableStream<Uint8Array>(),
    input: new ReadableStream<Uint8Array>(),
    confirm: undefined,
  };
  const open = (progress: FakeTerminal | undefined, quiet: boolean) =>
    withBar({ ...console, progress }, "x", quiet, (bar) => Promise.resolve(bar !== undefined));
  assertEquals(await open(terminal, false), true);
  assertEquals(await open(terminal, true), false);
  assertEquals(await open(undefined, false), false);
});

Deno.test("what is piped has no bars", async () => {
  await withCli(async ({ directory, run }) => {
    await Deno.writeFile(`${directory}/big`, new Uint8Array(3_000_000));
    for (const args of [["sync", directory], ["cp", `${directory}/big`]]) {
      const { code, stderr } = await run([...args, "hf://buckets/local/one/x/"]);
      assertEquals([code, stderr], [0, ""]);
    }
  });
});
