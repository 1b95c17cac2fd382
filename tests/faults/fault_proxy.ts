import type { Rng } from "../model/rng.ts";

/** What a connection suffers. */
interface Accident {
  readonly direction: "up" | "down";
  /** After how many bytes of that direction. */
  readonly after: number;
  readonly kind: "cut" | "stall";
}

/** A proxy for TCP that cuts connections and lets them stand still; it knows nothing of HTTP. */
export interface FaultProxy extends AsyncDisposable {
  /** What to use instead of the server's URL. */
  readonly url: string;
  /** Connections that suffered something. */
  readonly accidents: number;
  /** From now on nothing happens any more. */
  heal(): void;
}

/** The longest way to an accident, in bytes: beyond heads, into bodies. */
const REACHES = [200, 1500, 20_000, 200_000];

/**
 * Starts a proxy.
 *
 * @param target The server's URL.
 * @param rng Decides what happens to each connection, in the order in which they come.
 * @param options How likely a connection suffers something, and what.
 */
export function startFaultProxy(
  target: string,
  rng: Rng,
  { probability, kind }: { readonly probability: number; readonly kind: Accident["kind"] },
): FaultProxy {
  const { hostname, port } = new URL(target);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  let healed = false;
  let accidents = 0;
  const accidentOf = (): Accident | undefined => {
    if (healed || !rng.chance(probability)) return undefined;
    const direction = rng.chance(0.5) ? "up" : "down";
    return { direction, after: rng.int(rng.pick(REACHES) ?? 200), kind };
  };
  const carry = async (client: Deno.TcpConn): Promise<void> => {
    const accident = accidentOf();
    const server = await Deno.connect({ hostname, port: Number(port) });
    const both = [client, server];
    for (const one of both) open.add(one);
    const close = () => {
      for (const one of both) {
        if (open.delete(one)) one.close();
      }
    };
    const strike = () => {
      if (healed) return false;
      accidents++;
      if (kind === "cut") close();
      return true;
    };
    await Promise.all([
      pump(client, server, accident?.direction === "up" ? accident.after : Infinity, strike),
      pump(server, client, accident?.direction === "down" ? accident.after : Infinity, strike),
    ]).finally(close);
  };
  const serving = (async () => {
    for await (const client of listener) {
      carry(client).catch(() => {}); // one side has gone; so has the other then
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    get accidents() {
      return accidents;
    },
    heal: () => void (healed = true),
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const one of open) one.close();
      open.clear();
      await serving;
    },
  };
}

/** Carries bytes until there are no more, or up to a place where something happens. */
async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  limit: number,
  strike: () => boolean,
): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  let carried = 0;
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return await to.closeWrite();
    const struck = carried + count > limit;
    const piece = buffer.subarray(0, struck ? limit - carried : count);
    for (let at = 0; at < piece.length;) at += await to.write(piece.subarray(at));
    carried += count;
    // Whoever stands still is left by the other side, which ends the reading here too.
    if (struck && strike()) {
      limit = Infinity;
      while (await from.read(buffer) !== null);
      return;
    }
  }
}
