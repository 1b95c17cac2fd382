/** An embedded hub on the directory that is the first argument, for a test to kill. Prints its URL. */

import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";

console.log((await createEmbeddedHub({ directory: Deno.args[0] ?? "" })).url);
