import { Rights } from "../../lib/access/rights.ts";
import { tokenSeal } from "../../lib/access/token_seal.ts";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import type { Credential } from "../../lib/auth/credential.ts";
import { createRequestHandler, type GatewayParts, type RequestHandler } from "../../lib/gateway.ts";
import type { Log, LogFacts } from "../../lib/log.ts";
import { MapUploadRegistry } from "../../lib/multipart/map_registry.ts";
import { operations } from "../../lib/ops/mod.ts";
import type { Entrance } from "../../lib/tenants.ts";
import { MemoryStore } from "./memory_store.ts";

/** A line that the gateway has logged. */
export interface LogLine extends LogFacts {
  readonly level: string;
}

/** A gateway over a store in memory, with what a test looks at. */
export interface MemoryGateway {
  readonly handler: RequestHandler;
  readonly store: MemoryStore;
  readonly lines: readonly LogLine[];
}

/** Lets everybody do everything. */
function openEntrance(store: MemoryStore, registry: MapUploadRegistry): Entrance {
  return {
    enter: (credential) =>
      Promise.resolve({
        tenantStore: store,
        store,
        registry,
        rights: new Rights(),
        seal: tokenSeal(credential),
        leave: () => {},
      }),
    storeFor: () => store,
  };
}

/** Makes one; without a credential authentication is off. Parts replace those of the gateway. */
export function memoryGateway(
  credential?: Credential,
  store = new MemoryStore(),
  parts: Partial<GatewayParts> = {},
): MemoryGateway {
  const lines: LogLine[] = [];
  const write = (level: string) => (_message: string, facts: LogFacts = {}) =>
    void lines.push({ ...facts, level });
  const log: Log = {
    debug: write("debug"),
    info: write("info"),
    warning: write("warning"),
    error: write("error"),
  };
  const lookup = credential &&
    ((id: string) => id === credential.accessKeyId ? credential : undefined);
  const handler = createRequestHandler({
    entrance: openEntrance(store, new MapUploadRegistry({ ttlMs: 60_000 })),
    operations,
    authenticator: new Authenticator({ lookup }),
    region: "us-east-1",
    log,
    ...parts,
  });
  return { handler, store, lines };
}
