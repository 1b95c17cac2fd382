// @ts-types="@types/cli-progress"
import cliProgress from "cli-progress";
import { humanSize } from "./format.ts";

/** How far something is. */
export interface BarState {
  /** Bytes so far. */
  readonly bytesDone: number;
  /** All bytes, where that is known. */
  readonly bytesTotal?: number | undefined;
  /** Files so far. */
  readonly filesDone?: number | undefined;
  /** All files. */
  readonly filesTotal?: number | undefined;
}

/** A bar on a terminal, which is gone when the work is done. */
export class ProgressBar {
  readonly #bar: cliProgress.SingleBar;
  #started = false;

  /**
   * @param stream A terminal.
   * @param verb What is done, such as `upload`.
   */
  constructor(stream: NodeJS.WritableStream, verb: string) {
    this.#bar = new cliProgress.SingleBar({
      stream,
      format: `${verb} {bar} {percentage}% | {bytes} | {files}{speed}/s`,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
      etaBuffer: 20,
    }, cliProgress.Presets.shades_classic);
  }

  /** Shows how far it is. */
  update({ bytesDone, bytesTotal, filesDone, filesTotal }: BarState): void {
    const known = bytesTotal !== undefined && bytesTotal > 0;
    const total = known ? bytesTotal : filesTotal ?? 0;
    const done = known ? bytesDone : filesDone ?? 0;
    const payload = {
      bytes: known ? `${humanSize(bytesDone)} of ${humanSize(bytesTotal)}` : humanSize(bytesDone),
      files: filesTotal === undefined ? "" : `${filesDone ?? 0} of ${filesTotal} files | `,
      speed: this.#speed(bytesDone),
    };
    if (!this.#started) {
      this.#started = true;
      this.#bar.start(total, done, payload);
    } else {
      this.#bar.setTotal(total);
      this.#bar.update(done, payload);
    }
  }

  /** Takes the bar away. */
  stop(): void {
    if (this.#started) this.#bar.stop();
  }

  readonly #since = performance.now();

  #speed(bytes: number): string {
    const seconds = (performance.now() - this.#since) / 1000;
    return humanSize(seconds > 0 ? Math.round(bytes / seconds) : 0);
  }
}
