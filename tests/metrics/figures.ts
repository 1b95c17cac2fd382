/** Figures in Prometheus's text format, by name and labels as they are written: `name{a="b"}`. */
export function readFigures(text: string): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (name !== undefined) figures.set(name, Number(value));
  }
  return figures;
}

/** The sum of all figures of a name whose labels hold a text. */
export function sumOf(figures: ReadonlyMap<string, number>, name: string, label = ""): number {
  let sum = 0;
  for (const [key, value] of figures) {
    if (key.split("{")[0] === name && key.includes(label)) sum += value;
  }
  return sum;
}
