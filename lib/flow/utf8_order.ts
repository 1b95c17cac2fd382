/**
 * Compares two strings as their UTF-8 bytes compare, which is the order of code points. JavaScript's
 * own `<` compares UTF-16 units and puts U+10000 and above before U+E000 to U+FFFF.
 *
 * @param a One string.
 * @param b The other.
 * @returns Below zero, zero or above zero, as `Array.sort` wants it.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Lifts surrogates (U+D800 to U+DFFF) above the rest of the basic plane. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
