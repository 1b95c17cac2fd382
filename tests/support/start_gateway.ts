import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";
import type { Gateway, GatewayOptions } from "../../lib/gateway_options.ts";
import { PROGRAM } from "./program.ts";
import { startGatewayProcess } from "./gateway_process.ts";

/** A gateway on a port of its own in front of an embedded hub in memory. */
export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
  readonly hub: EmbeddedHub;
  readonly credential: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** One in the tests' own process. */
export interface InnerGateway extends RunningGateway {
  readonly gateway: Gateway;
}

/** The pair that tests sign with. */
export const CREDENTIAL = { accessKeyId: "TESTKEY", secretAccessKey: "test-secret" };

/** A second user of the hub, with nothing of its own. */
export const OTHER_USER = { name: "other", token: "hf_other" };
const USERS = [{ name: "local", token: "hf_local" }, OTHER_USER];

/**
 * Starts both; options replace those of the gateway. Where another program than `main.ts` is tested, the gateway is a
 * process of that, and options must be ones that it has variables for.
 */
export async function startGateway(
  options: Partial<GatewayOptions> = {},
): Promise<RunningGateway> {
  if (PROGRAM === "main.ts") return await startInnerGateway(options);
  const hub = await createEmbeddedHub({ users: USERS });
  const child = await startGatewayProcess({
    token: hub.token,
    endpoint: hub.url,
    credentials: [CREDENTIAL],
    ...options,
  });
  return {
    url: child.url,
    hub,
    credential: CREDENTIAL,
    async [Symbol.asyncDispose]() {
      await child.stop();
      await hub.close();
    },
  };
}

/** Starts both in this process, where a test needs a clock or a log of its own, or the gateway itself. */
export async function startInnerGateway(
  options: Partial<GatewayOptions> = {},
): Promise<InnerGateway> {
  const hub = await createEmbeddedHub({ users: USERS });
  const gateway = createGateway({
    token: hub.token,
    endpoint: hub.url,
    credentials: [CREDENTIAL],
    lentBodies: true,
    ...options,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, automaticCompression: false, onListen() {} },
    gateway.handler,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    hub,
    gateway,
    credential: CREDENTIAL,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await gateway.close();
      await hub.close();
    },
  };
}
