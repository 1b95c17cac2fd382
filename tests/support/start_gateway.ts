import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway, type Gateway, type GatewayOptions } from "../../lib/create_gateway.ts";

/** A gateway on a port of its own in front of an embedded hub in memory. */
export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
  readonly hub: EmbeddedHub;
  readonly gateway: Gateway;
  readonly credential: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The pair that tests sign with. */
export const CREDENTIAL = { accessKeyId: "TESTKEY", secretAccessKey: "test-secret" };

/** A second user of the hub, with nothing of its own. */
export const OTHER_USER = { name: "other", token: "hf_other" };

/** Starts both; options replace those of the gateway. */
export async function startGateway(
  options: Partial<GatewayOptions> = {},
): Promise<RunningGateway> {
  const hub = await createEmbeddedHub({
    users: [{ name: "local", token: "hf_local" }, OTHER_USER],
  });
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
