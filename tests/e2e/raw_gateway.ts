import { assertEquals } from "@std/assert";
import type { GatewayOptions } from "../../lib/gateway_options.ts";
import { type RawAnswer, RawConnection, type RawRequest } from "../support/raw_connection.ts";
import { type Signer, signHeaderV4 } from "../support/sign_requests.ts";
import { CREDENTIAL, type RunningGateway, startGateway } from "../support/start_gateway.ts";

/** The bucket that tests begin with. */
export const BUCKET = "bucket";

/** Text as UTF-8. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A gateway on an embedded hub with a bucket, and a connection of which everything is signed by hand. */
export interface RawGateway extends AsyncDisposable {
  readonly gateway: RunningGateway;
  readonly signer: Signer;
  /** A new connection. */
  connect(): Promise<RawConnection>;
  /** Sends a request signed with SigV4 in the header, on a connection of its own. */
  signed(method: string, target: string, more?: Partial<RawRequest>): Promise<RawAnswer>;
  /** The text of an object, or the code of the error. */
  textOf(key: string): Promise<string>;
}

/** Starts one; options are those of the gateway. */
export async function rawGateway(options: Partial<GatewayOptions> = {}): Promise<RawGateway> {
  const gateway = await startGateway(options);
  const now = new Date(options.now?.() ?? Date.now());
  const signer = { ...CREDENTIAL, host: new URL(gateway.url).host, now };
  const raw: RawGateway = {
    gateway,
    signer,
    connect: () => RawConnection.open(gateway.url),
    async signed(method, target, more = {}) {
      using connection = await RawConnection.open(gateway.url);
      return await connection.exchange(
        signHeaderV4({ method, target, headers: {}, ...more }, signer),
      );
    },
    async textOf(key) {
      const { status, body, code } = await raw.signed("GET", `/${BUCKET}/${key}`);
      return status === 200 ? body : code;
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
  const made = await raw.signed("PUT", `/${BUCKET}`, { body: new Uint8Array(0) });
  assertEquals(made.status, 200);
  return raw;
}
