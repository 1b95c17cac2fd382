import type { Clocks } from "../../lib/kv/own_session.ts";
import type { KvAtomic, SharedKv } from "../../lib/kv/shared_kv.ts";

/** A process's way to a KV, which can be cut, and overtaken by others. */
export class Connection {
  isCut = false;
  /** What others do before the next commits get there, one after the other; undefined for nothing. */
  readonly overtaking: ((() => Promise<void>) | undefined)[] = [];
  /** Calls that it has refused. */
  refused = 0;
  readonly kv: SharedKv;

  constructor(kv: Deno.Kv) {
    const open = () => {
      if (!this.isCut) return kv;
      this.refused++;
      throw new Error("The connection is cut");
    };
    this.kv = {
      get: async (key) => await open().get(key),
      getMany: async (keys) => await open().getMany([...keys]),
      list: (selector, options) => open().list(selector, options),
      atomic: () => this.#overtaken(open().atomic()),
    };
  }

  #overtaken(atomic: KvAtomic): KvAtomic {
    const commit = atomic.commit.bind(atomic);
    return Object.assign(atomic, {
      commit: async () => {
        await this.overtaking.shift()?.();
        return await commit();
      },
    });
  }

  /** Waits for as many more refusals. */
  async refuses(count: number): Promise<void> {
    const enough = this.refused + count;
    while (this.refused < enough) await new Promise((done) => setTimeout(done, 5));
  }
}

/** Clocks that a test moves. */
export class TestClocks implements Clocks {
  now = 0;
  asleep = 0;
  readonly steady = () => this.now;
  readonly wall = () => 1_700_000_000_000 + this.now + this.asleep;
}
