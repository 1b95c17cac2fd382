interface NodeLike {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown };
}

/**
 * A module of Node, where the runtime has it: Deno and Node do, browsers do not. A static import would
 * keep a browser from loading what can do without.
 *
 * @param name As in `node:http`; the type has to fit it.
 */
export function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as NodeLike;
  return process?.getBuiltinModule?.(name) as T | undefined;
}
