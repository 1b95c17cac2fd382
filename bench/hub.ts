/**
 * An embedded hub as a child process of the bench. `hub.ts <directory>`: as users run it.
 * `hub.ts`: in memory and storing unseen, so that neither a disk nor the hub's checks slow it down.
 */

import { createEmbeddedHub } from "../lib/create_embedded_hub.ts";

const [directory] = Deno.args;
const { url, token } = await createEmbeddedHub(
  directory === undefined ? { verify: false } : { directory },
);
console.log(JSON.stringify({ url, token }));
