/**
 * How headers may have come whose lines the runtime has joined: it joins lines of one name by `, `, and
 * the signatures by `,`. A `, ` can be either, so that the signature has to tell.
 *
 * @module
 */

/** Headers by their lower-case names, lines of one name joined by `,`. */
export type HeaderValues = ReadonlyMap<string, string>;

/** A place where two lines may have been joined. */
interface Join {
  readonly name: string;
  /** Where the comma stands. */
  readonly at: number;
}

/** No line begins with a blank, so that before another blank a `, ` joins nothing. */
const JOIN = /, (?![ \t])/g;
/** How many places are tried on their own: each doubles the number of readings. */
const MAX_CHOICES = 6;

/**
 * All readings of some headers, likeliest first: as they are shown, then all of one line each, then
 * any mixture, as far as there are not too many places for that.
 *
 * @param shown The headers as the runtime shows them.
 */
export function* headerReadings(shown: HeaderValues): Generator<HeaderValues, void, undefined> {
  yield shown;
  const joins = [...shown].flatMap(([name, value]) =>
    Array.from(value.matchAll(JOIN), ({ index }): Join => ({ name, at: index }))
  );
  if (joins.length === 0) return;
  yield rejoined(shown, joins);
  const choices = choicesOf(joins);
  for (let choice = 1; choice < (1 << choices.length) - 1; choice++) {
    yield rejoined(shown, choices.filter((_, i) => (choice & (1 << i)) !== 0).flat());
  }
}

/**
 * Those of the headers that a reading has in another way than the runtime shows them.
 *
 * @param reading One of {@linkcode headerReadings}.
 * @param shown What it is a reading of.
 */
export function changedHeaders(reading: HeaderValues, shown: HeaderValues): HeaderValues {
  return new Map([...reading].filter(([name, value]) => shown.get(name) !== value));
}

/** Places that are read alike: each on its own, else those of each header, else all. */
function choicesOf(joins: readonly Join[]): readonly (readonly Join[])[] {
  const each = joins.map((join) => [join]);
  const byHeader = [...Map.groupBy(joins, ({ name }) => name).values()];
  return [each, byHeader, [joins]].find(({ length }) => length <= MAX_CHOICES) ?? [];
}

function rejoined(shown: HeaderValues, joins: readonly Join[]): HeaderValues {
  const values = new Map(shown);
  // From the last to the first, so that the places before stay where they are.
  for (const { name, at } of joins.toReversed()) {
    const value = values.get(name) ?? "";
    values.set(name, value.slice(0, at + 1) + value.slice(at + 2));
  }
  return values;
}
