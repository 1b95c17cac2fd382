import { assertEquals } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";
import { createWorld } from "./gateway_under_model.ts";
import { Rng } from "./rng.ts";
import { runOperations } from "./run_operations.ts";
import { STRICT } from "./world.ts";

for (const seed of [1, 2, 3]) {
  Deno.test(`a gateway answers a thousand operations as the model does, seed ${seed}`, async () => {
    await using hub = await createEmbeddedHub();
    const gateway = createGateway({
      token: hub.token,
      endpoint: hub.url,
      allowAnonymous: true,
      workers: 0,
    });
    const world = createWorld(gateway, "model", { tolerance: STRICT, largeParts: true });
    const created = await world.send({ method: "PUT", target: "" });
    assertEquals(created?.status, 200);
    await runOperations(world, new Rng(seed), 1000);
    await gateway.close();
  });
}
