import type * as asyncHooks from "node:async_hooks";
import { builtin } from "./builtin.ts";

/** Does work in the asynchronous context of another place. */
export type InContext = <T>(work: () => T) => T;

const storage = builtin<typeof asyncHooks>("node:async_hooks")?.AsyncLocalStorage;

/**
 * What does work in the present asynchronous context, for who has its work done by others: a shared call belongs to whom it is made
 * for, and not to who began the queue. Where the runtime has no such contexts there is nothing to keep.
 */
export function captureContext(): InContext {
  return storage?.snapshot() ?? ((work) => work());
}
