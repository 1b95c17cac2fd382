import { MemoryKeyLocks } from "../../lib/flow/key_locks.ts";
import { keyLocksSuite } from "./key_locks_suite.ts";

keyLocksSuite("MemoryKeyLocks", () => {
  const locks = new MemoryKeyLocks();
  return { bodies: [locks, locks], held: () => locks.size, close: () => {} };
}, { numRuns: 50 });
