/** Types that browsers show without running anything in them. */
const INERT =
  /^(?:(?:audio|font|video)\/[\w.+-]+|image\/(?!svg)[\w.-]+|application\/(?:json|octet-stream|pdf)|binary\/octet-stream|text\/(?:csv|plain))$/;

/**
 * What keeps an object that a browser opens from acting for the origin that it comes from, where the console has
 * signed in: it gets an origin of its own (Content Security Policy level 3, `sandbox`). Its scripts still run.
 *
 * @param contentType That of the answer.
 * @returns The policy; undefined for types in which nothing runs.
 */
export function isolationPolicy(contentType: string): string | undefined {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return INERT.test(type)
    ? undefined
    : "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";
}
