import { Command, CommanderError, Option } from "commander";
import { environmentText } from "../console_text.ts";
import type { Session } from "./session.ts";
import { UsageError } from "./usage_error.ts";

/** How the embedded hub is filled. */
export interface SeedOptions {
  /** Repos to make from folders, as the help says. */
  readonly seed: readonly string[];
}

/** How the gateway is started. */
export interface ServeOptions extends SeedOptions {
  /** Whether to start an embedded hub when there is no Hub token. */
  readonly embeddedHub: boolean;
}

/** What is checked, and how that is told. */
export interface DoctorOptions {
  /** A bucket to write to. */
  readonly bucket?: string;
  /** Whether to print JSON. */
  readonly json?: boolean;
}

/** What the program does apart from the commands on buckets. */
export interface ProgramActions {
  /** Starts the gateway. */
  serve(options: ServeOptions): Promise<void>;
  /** Starts the embedded hub alone. */
  hub(options: SeedOptions): Promise<void>;
  /** Asks a running gateway whether it answers. */
  health(): Promise<void>;
  /** Checks the settings and all that they depend on. */
  doctor(options: DoctorOptions): Promise<void>;
  /** Gives a command on buckets what it works with, and clears that away. */
  withSession(work: (session: Session) => Promise<void>): Promise<void>;
  /** Writes help and the version. */
  write(text: string): void;
  /** Writes what is wrong with a command line. */
  writeError(text: string): void;
}

const EMBEDDED_HUB = "without HF_TOKEN, start an embedded hub and use it; keep its data and an " +
  "access key pair in the data directory";
const SEED =
  "make a repo of the embedded hub from a folder, or a commit in it where the folder has " +
  "changed: datasets/local/name[@branch][,private][,gated][,lfs][,large:BYTES][,tag:NAME]=FOLDER; " +
  "models/… and spaces/… too; can be repeated. Files of 65536 bytes or large:BYTES and more are " +
  "kept in Xet, or with lfs in LFS as in old repos; smaller ones in Git";
const PATTERN = "a pattern as of a shell, where * is any text, / included; can be repeated";

/**
 * Reads a command line and does what it says.
 *
 * @param args Without the program's name.
 * @param version The program's version.
 * @throws UsageError when it says nothing that can be done.
 */
export async function runProgram(
  args: readonly string[],
  version: string,
  actions: ProgramActions,
): Promise<void> {
  const program = createProgram(version, actions);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    // Help that nobody asked for: it has been written.
    const message = error.code === "commander.help" ? "A command is missing" : error.message;
    throw new UsageError(message.replace(/^error: /, ""), { cause: error });
  }
}

function createProgram(version: string, actions: ProgramActions): Command {
  const program = new Command("hugbucket")
    .usage("[command] [options]")
    .description(
      "Hugging Face Storage Buckets: an S3 endpoint in front of them, and commands on them.",
    )
    .version(version, "--version", "the version")
    .helpOption("-h, --help", "what there is to say about a command")
    .helpCommand(false)
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: actions.write,
      writeErr: actions.writeError,
      // What is wrong is thrown, and told once.
      outputError: () => {},
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
    })
    .exitOverride();
  program
    .argument("[command...]")
    .option("--embedded-hub", EMBEDDED_HUB, false)
    .addOption(seedOption())
    .action(async ([command]: string[], options: ServeOptions) => {
      if (command !== undefined) throw new UsageError(`Unknown command: ${command}`);
      await actions.serve(options);
    })
    .addHelpText("after", () => `\n${environmentText()}`);
  addServers(program, actions);
  addBuckets(program, actions);
  addFiles(program, actions);
  return program;
}

const HELP_WIDTH = 100;

function seedOption(): Option {
  return new Option("--seed <repo=folder>", SEED)
    .default([], "none")
    .argParser((value: string, before: readonly string[]) => [...before, value]);
}

function addServers(program: Command, actions: ProgramActions): void {
  program.command("serve").description("the gateway (default)")
    .option("--embedded-hub", EMBEDDED_HUB, false)
    .addOption(seedOption())
    .action((options: ServeOptions) => actions.serve(options));
  program.command("hub")
    .description("the embedded hub alone: a local stand-in for the Hub's buckets and repos")
    .addOption(seedOption())
    .action((options: SeedOptions) => actions.hub(options));
  program.command("health")
    .description("asks a running gateway whether it answers; for container health checks")
    .action(() => actions.health());
  withJson(program.command("doctor"))
    .description(
      "checks settings, token, clock, Hub and CAS, and says what is wrong and what to do",
    )
    .option(
      "--bucket <bucket>",
      "write a small object there and remove it; default: in a new bucket",
    )
    .action((options: DoctorOptions) => actions.doctor(options));
}

function addBuckets(program: Command, { withSession }: ProgramActions): void {
  const load = () => import("./buckets_commands.ts");
  const buckets = program.command("buckets")
    .description("create, describe, list, change, delete and move buckets")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nA bucket is named name, namespace/name or hf://buckets/namespace/name.",
    );
  withJson(buckets.command("create <bucket>").description("creates a bucket"))
    .option("--private", "only those with access see it")
    .addOption(
      new Option("--region <region>", "where it is stored; default: what the Hub chooses")
        .choices(["us", "eu"]),
    )
    .option("--exist-ok", "one that is there already is no error")
    .action((name, options) =>
      withSession(async (session) => (await load()).createBucket(session, name, options))
    );
  withJson(buckets.command("info <bucket>").description("size, files, visibility and dates"))
    .action((name, options) =>
      withSession(async (session) => (await load()).showBucket(session, name, options))
    );
  withJson(buckets.command("list [namespace]").description("the buckets of a namespace"))
    .option("--search <text>", "only those in whose names it occurs")
    .action((namespace, options) =>
      withSession(async (session) => (await load()).listBuckets(session, namespace, options))
    );
  withJson(buckets.command("settings <bucket>").description("changes who sees a bucket"))
    .addOption(
      new Option("--private", "only those with access see it").conflicts("public"),
    )
    .option("--public", "everybody sees it")
    .action((name, options) =>
      withSession(async (session) => (await load()).changeBucket(session, name, options))
    );
  withJson(buckets.command("delete <bucket>").description("deletes a bucket and all that is in it"))
    .option("-y, --yes", "without asking")
    .option("--missing-ok", "one that is not there is no error")
    .action((name, options) =>
      withSession(async (session) => (await load()).deleteBucket(session, name, options))
    );
  withJson(
    buckets.command("move <from> <to>")
      .description("renames a bucket, or moves it to another namespace"),
  ).action((from, to, options) =>
    withSession(async (session) => (await load()).moveBucket(session, from, to, options))
  );
}

function addFiles(program: Command, actions: ProgramActions): void {
  addList(program, actions);
  addCopy(program, actions);
  addSync(program, actions);
  addRemove(program, actions);
}

function addList(program: Command, { withSession }: ProgramActions): void {
  withJson(program.command("ls [path]"))
    .description("lists buckets, or what is in one: namespace/name[/path] or hf://buckets/…")
    .helpOption("--help", "this text")
    .option("-R, --recursive", "all depths")
    .option("--tree", "all depths, as a tree")
    .option("-h, --human-readable", "sizes such as 1.2 MB")
    .option("--search <text>", "only buckets in whose names it occurs")
    .action((path, options) =>
      withSession(async (session) =>
        (await import("./list_command.ts")).list(session, path, options)
      )
    );
}

function addCopy(program: Command, { withSession }: ProgramActions): void {
  withJson(program.command("cp <source> [destination]"))
    .description("copies files: upload, download, or on the Hub without moving bytes")
    .option("-R, --recursive", "everything below the source, into the destination")
    .addOption(recursiveToo())
    .option("--include <pattern>", `with --recursive, only what matches ${PATTERN}`, collect)
    .option("--exclude <pattern>", "with --recursive, nothing that matches", collect)
    .option("--content-type <type>", "of what is uploaded; default: by the name")
    .option("-q, --quiet", "nothing but results and errors")
    .addHelpText(
      "after",
      `
One of both is on the Hub: hf://buckets/namespace/name/path, as a source also hf://datasets/…,
hf://spaces/… or hf://namespace/model/…. The other is a path of this machine, or - for standard input
or output. A source on the Hub may be a pattern; quote it.

  cp model.safetensors hf://buckets/me/models/
  cp hf://buckets/me/models/model.safetensors .
  cp -R checkpoints hf://buckets/me/runs/42
  cp 'hf://buckets/me/runs/*.json' hf://buckets/me/results
  cp hf://buckets/me/data/table.csv - | head
  tar c src | cp - hf://buckets/me/backups/src.tar`,
    )
    .action((source, destination, options) =>
      withSession(async (session) =>
        (await import("./copy_command.ts")).copy(session, source, destination, options)
      )
    );
}

function addSync(program: Command, { withSession }: ProgramActions): void {
  withJson(program.command("sync [source] [destination]"))
    .description("makes a directory or a bucket like another one, sending what differs")
    .option("--delete", "delete what the source does not have")
    .option("--ignore-times", "compare sizes only")
    .option("--ignore-sizes", "compare times only")
    .option("--checksum", "compare sizes and content: local files are hashed")
    .option("--existing", "only files that the destination has already")
    .option("--ignore-existing", "only files that the destination does not have")
    .option("--include <pattern>", `only what matches ${PATTERN}`, collect)
    .option("--exclude <pattern>", "nothing that matches; goes before --include", collect)
    .option(
      "--filter-from <file>",
      "rules that go before both: + pattern or - pattern, a line each",
    )
    .option("--dry-run", "show what would be done; with --json the plan itself")
    .option("--plan <file>", "save the plan instead of doing it (huggingface_hub reads it too)")
    .option("--apply <file>", "do what a saved plan says")
    .option("-v, --verbose", "tell of each path")
    .option("-q, --quiet", "nothing but errors")
    .addHelpText(
      "after",
      `
  sync ./data hf://buckets/me/data
  sync hf://buckets/me/data/train ./train --delete
  sync hf://buckets/me/data hf://buckets/team/data     no bytes are moved`,
    )
    .action((source, destination, options) =>
      withSession(async (session) =>
        (await import("./sync_command.ts")).syncCommand(session, source, destination, options)
      )
    );
}

function addRemove(program: Command, { withSession }: ProgramActions): void {
  withJson(program.command("rm <path>"))
    .description("deletes files of a bucket: namespace/name/path or hf://buckets/…")
    .option("-R, --recursive", "everything below the path")
    .addOption(recursiveToo())
    .option("--include <pattern>", `with --recursive, only what matches ${PATTERN}`, collect)
    .option("--exclude <pattern>", "with --recursive, nothing that matches", collect)
    .option("--dry-run", "show what would be deleted")
    .option("-y, --yes", "without asking")
    .action((path, options) =>
      withSession(async (session) =>
        (await import("./remove_command.ts")).remove(session, path, options)
      )
    );
}

/** Some commands of other programs have it as -R, some as -r. */
function recursiveToo(): Option {
  return new Option("-r").hideHelp().implies({ recursive: true });
}

function withJson(command: Command): Command {
  return command.option("--json", "print JSON");
}

function collect(pattern: string, others: readonly string[] = []): readonly string[] {
  return [...others, pattern];
}
