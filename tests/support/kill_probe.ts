/**
 * Loaded before `main.ts`: counts the calls that leave the process and the commits of its KV, and kills the process with
 * SIGKILL right before or right after the one that `KILL_POINT` names, as `7 before`. Without it each point is printed
 * to the standard error, as `point 7 POST /api/…`.
 *
 * @module
 */

const [wanted, when] = (Deno.env.get("KILL_POINT") ?? "").split(" ");
let count = 0;

/** Does what a point stands for, unless the process ends before or after it. */
async function at<T>(name: string, work: () => Promise<T>): Promise<T> {
  const point = ++count;
  if (wanted === "") console.error(`point ${point} ${name}`);
  const isWanted = String(point) === wanted;
  if (isWanted && when === "before") Deno.kill(Deno.pid, "SIGKILL");
  const result = await work();
  if (isWanted && when === "after") Deno.kill(Deno.pid, "SIGKILL");
  return result;
}

const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  return at(`${init?.method ?? "GET"} ${url.pathname}`, () => fetch(input, init));
};

const { openKv } = Deno;
Object.defineProperty(Deno, "openKv", {
  value: async (path?: string) => {
    const kv = await openKv.call(Deno, path);
    const { atomic } = kv;
    kv.atomic = () => {
      const operation = atomic.call(kv);
      const { commit } = operation;
      operation.commit = () => at("KV commit", () => commit.call(operation));
      return operation;
    };
    return kv;
  },
});
