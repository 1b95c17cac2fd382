/**
 * Loaded before `main.ts`: prints what is scheduled instead of doing it. With `CRON_PROBE=timers` as where the
 * runtime has no cron.
 *
 * @module
 */

const cron = (name: string, schedule: string): Promise<void> => {
  console.log(`cron ${name}: ${schedule}`);
  return Promise.resolve();
};
const hasCron = Deno.env.get("CRON_PROBE") !== "timers";
Object.defineProperty(Deno, "cron", { value: hasCron ? cron : undefined });

const { setInterval } = globalThis;
Object.defineProperty(globalThis, "setInterval", {
  value: (work: () => void, ms: number) => {
    console.log(`timer: ${ms}`);
    return setInterval(work, ms);
  },
});
