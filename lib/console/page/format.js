/**
 * Sizes, counts and times as people read them.
 *
 * @module
 */

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
const numbers = new Intl.NumberFormat();
const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes === 1) return "1 byte";
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} many
 */
export function formatCount(count, one, many = `${one}s`) {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}

/** @param {Date} time */
export function formatTime(time) {
  return Number.isNaN(time.getTime()) ? "" : times.format(time);
}
