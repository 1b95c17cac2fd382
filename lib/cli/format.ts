const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A size for people: `1.2 MB`, powers of 1,000. */
export function humanSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  // What would be rounded to 1,000.0 is one of the next unit.
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A time in UTC, to the second: `2026-01-02 03:04:05`. */
export function timeText(time: Date | undefined): string {
  return time === undefined ? "" : time.toISOString().slice(0, 19).replace("T", " ");
}

/** `1 file`, `2 files`, `1,000 files`. */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
