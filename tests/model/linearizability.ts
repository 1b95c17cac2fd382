/** What a key holds: the name of a value, or nothing. */
export type Value = string | undefined;

/** An operation on one key that has been answered. */
export interface Event {
  readonly kind: "get" | "put" | "delete";
  /** What the key must hold for a write to be done: a value, `absent`, or nothing in particular. */
  readonly condition?: { readonly is: Value };
  /** What a put writes. */
  readonly value?: string;
  /** Whether it was done; a read always is. */
  readonly done: boolean;
  /** What a read has found. */
  readonly found?: Value;
  /** When it was sent and when it was answered, in any order of whole numbers. */
  readonly sent: number;
  readonly answered: number;
}

/**
 * Whether operations that overlapped can have happened one after another, each at some moment between its request and its answer
 * (Herlihy and Wing, "Linearizability"; the search is that of Wing and Gong, "Testing and verifying concurrent objects", with the
 * dead ends remembered).
 *
 * @param events At most 30 operations on one key.
 * @param start What the key held before.
 */
export function isLinearizable(events: readonly Event[], start: Value): boolean {
  if (events.length > 30) throw new RangeError("A history holds at most 30 operations");
  const all = 2 ** events.length - 1;
  const dead = new Set<string>();
  const search = (done: number, state: Value): boolean => {
    if (done === all) return true;
    const place = `${done} ${state ?? ""}`;
    if (dead.has(place)) return false;
    const open = events.filter((_, i) => !(done & (1 << i)));
    const firstAnswer = Math.min(...open.map(({ answered }) => answered));
    for (const [i, event] of events.entries()) {
      // Nothing can come before what was answered before it was sent.
      if (done & (1 << i) || event.sent > firstAnswer) continue;
      const next = apply(event, state);
      if (next.fits && search(done | (1 << i), next.state)) return true;
    }
    dead.add(place);
    return false;
  };
  return search(0, start);
}

function apply(event: Event, state: Value): { readonly fits: boolean; readonly state: Value } {
  if (event.kind === "get") return { fits: event.found === state, state };
  const holds = event.condition === undefined || event.condition.is === state ||
    // A delete of nothing is done, whatever it asks for.
    (event.kind === "delete" && state === undefined);
  if (holds !== event.done) return { fits: false, state };
  if (!event.done) return { fits: true, state };
  return { fits: true, state: event.kind === "put" ? event.value : undefined };
}
