import { abortable } from "../flow/abortable.ts";
import { Turns } from "../flow/turns.ts";
import { MAX_PER_CALL } from "../hub/files.ts";
import type { FileInfo } from "../hub/wire.ts";
import { divide } from "./divide.ts";

/** What {@linkcode LookUps} needs of the Hub. */
export interface PathsInfoCall {
  /** What is at the paths, at most 1,000; those with no file are left out. */
  pathsInfo(id: string, paths: readonly string[]): Promise<readonly FileInfo[]>;
}

interface Request {
  readonly paths: readonly string[];
  readonly resolve: (files: ReadonlyMap<string, FileInfo>) => void;
  readonly reject: (error: unknown) => void;
  answered: boolean;
}

/**
 * Looks files up by path. Look-ups of one bucket that come together share paths-info calls: the
 * Hub's quota counts calls, not paths.
 */
export class LookUps {
  readonly #hub: PathsInfoCall;
  readonly #turns: Turns<Request>;

  /**
   * @param hub Where to look.
   * @param pause Waits before a call where calls are scarce.
   */
  constructor(hub: PathsInfoCall, pause?: () => Promise<void> | undefined) {
    this.#hub = hub;
    this.#turns = new Turns(takeLookUps, (id, requests) => this.#serve(id, requests), { pause });
  }

  /**
   * @param id The bucket, `namespace/name`.
   * @param paths Any number of paths.
   * @param signal Ends the waiting; a call that others share goes on.
   * @returns The files by path; no entry where there is none. Every one was there after this call.
   * @throws HubError
   */
  async find(
    id: string,
    paths: readonly string[],
    signal?: AbortSignal,
  ): Promise<Map<string, FileInfo>> {
    signal?.throwIfAborted();
    const distinct = [...new Set(paths)];
    const parts: Promise<ReadonlyMap<string, FileInfo>>[] = [];
    for (let start = 0; start < distinct.length; start += MAX_PER_CALL) {
      parts.push(this.#ask(id, distinct.slice(start, start + MAX_PER_CALL)));
    }
    const answers = await abortable(Promise.all(parts), signal);
    return new Map(answers.flatMap((answer) => [...answer]));
  }

  /** Settles when nothing is under way. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  #ask(id: string, paths: readonly string[]): Promise<ReadonlyMap<string, FileInfo>> {
    return new Promise((resolve, reject) => {
      this.#turns.add(id, { paths, resolve, reject, answered: false });
    });
  }

  #serve(id: string, requests: readonly Request[]): Promise<void> {
    return divide(
      requests,
      async (sharing) => {
        const paths = new Set(sharing.flatMap((request) => request.paths));
        const files = new Map(
          (await this.#hub.pathsInfo(id, [...paths])).map((file) => [file.path, file]),
        );
        for (const request of sharing) {
          request.answered = true;
          request.resolve(pick(files, request.paths));
        }
      },
      (request) => !request.answered,
      (request, error) => {
        request.answered = true;
        request.reject(error);
      },
    );
  }
}

/** As many as ask for no more than 1,000 distinct paths together, in the order of asking. */
function takeLookUps(waiting: Request[]): Request[] {
  const paths = new Set<string>();
  const fitting = waiting.findIndex((request) => {
    for (const path of request.paths) paths.add(path);
    return paths.size > MAX_PER_CALL;
  });
  return waiting.splice(0, fitting < 0 ? waiting.length : fitting);
}

function pick(
  files: ReadonlyMap<string, FileInfo>,
  paths: readonly string[],
): ReadonlyMap<string, FileInfo> {
  return new Map(paths.flatMap((path) => {
    const file = files.get(path);
    return file === undefined ? [] : [[path, file]];
  }));
}
