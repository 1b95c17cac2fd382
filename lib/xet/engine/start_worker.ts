import { engineModule } from "./instance.ts";

/** The part of a worker's global scope that is used. */
export interface WorkerScope<Task> {
  /** Answers; buffers are transferred. */
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** Gets the module first, then tasks. */
  onmessage: ((event: MessageEvent<WebAssembly.Module | Task>) => void) | null;
}

/** How long a worker may take to say that it is ready, in milliseconds. */
const START_MS = 10_000;

/**
 * Starts a worker.
 *
 * @param main What runs in it. Its text is the worker's whole source, so it may use nothing from around
 * it: a worker from a file would need the permission to read it (Deno), and a bundle would not hold it.
 * It answers to the module.
 * @throws {Error} If there cannot be one here, or it does not answer.
 */
export async function startWorker<Task>(main: (scope: WorkerScope<Task>) => void): Promise<Worker> {
  const source = `(${main})(self);`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const worker = new Worker(url, { type: "module" });
    try {
      await ready(worker);
    } catch (error) {
      worker.terminate();
      throw error;
    }
    return worker;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("A worker did not answer")), START_MS);
    worker.onmessage = () => {
      clearTimeout(timer);
      resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      reject(new Error(`A worker did not start: ${event.message}`));
    };
    worker.postMessage(engineModule());
  });
}
