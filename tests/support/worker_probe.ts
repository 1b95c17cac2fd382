/**
 * Loaded before `main.ts`: prints a line for each message that a worker sends, its errors included.
 *
 * @module
 */

const Original = globalThis.Worker;

class ProbedWorker extends Original {
  constructor(...args: ConstructorParameters<typeof Original>) {
    super(...args);
    this.addEventListener("message", () => console.log("worker answered"));
    this.addEventListener("error", () => console.log("worker failed"));
  }
}

Object.defineProperty(globalThis, "Worker", { value: ProbedWorker });
