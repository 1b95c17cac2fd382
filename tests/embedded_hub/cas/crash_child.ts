/**
 * A CAS on the directory that is the first argument, for a test to kill. Prints its port and a
 * write token.
 */

import { createCas } from "../../../lib/embedded_hub/cas/create_cas.ts";
import { openStorage } from "../../../lib/embedded_hub/storage/open_storage.ts";

const cas = createCas({ ...openStorage(Deno.args[0]), publicUrl: () => "" });
const token = cas.tokens.issue({ scope: "write", repo: "bucket", exp: Date.now() / 1000 + 600 });
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`${port} ${token}`),
}, (request) => cas.handle(request, new URL(request.url).pathname, ""));
