import { assert } from "@std/assert";
import { fuzz, FUZZ_TARGETS } from "./fuzz.ts";

for (const target of FUZZ_TARGETS) {
  Deno.test(`whatever comes is taken or refused with a typed error: ${target.name}`, async () => {
    const { taken, inputs } = await fuzz(target, 3000, 1, { hangs: false });
    assert(inputs === 3000 && taken > 0, `${taken} of ${inputs} inputs were taken`);
  });
}
