/**
 * What keeps browsers from taking stored bytes for a page of the gateway's origin. Whoever can store an object could otherwise have
 * scripts run in the name of everybody who opens its URL.
 *
 * @module
 */

/**
 * Types that cannot act, exactly as browsers read them: of `text/plain, text/html` the last counts (Fetch Standard, "extract a MIME
 * type"), and what ends in `+xml` is a document. PDF is among them because its viewers run it in an origin of its own, and Chrome shows none that is
 * sandboxed.
 */
const PASSIVE =
  /^(image\/(png|jpeg|gif|webp|avif|bmp|x-icon)|(audio|video)\/[a-z0-9.-]+|text\/plain|application\/(pdf|json|octet-stream|zip|gzip|x-tar|x-gzip)|binary\/octet-stream)( *; *charset=[a-z0-9-]+)?$/i;

/**
 * Adds to an answer what browsers are to make of it: never another type than the one it says and, unless that type is
 * harmless, a document without scripts, forms and origin.
 *
 * @param headers The answer's headers; changed.
 * @param sandbox Whether documents lose their scripts and their origin.
 */
export function addBrowserSafety(headers: Headers, sandbox: boolean): void {
  headers.set("X-Content-Type-Options", "nosniff");
  const type = headers.get("Content-Type");
  if (sandbox && type !== null && !PASSIVE.test(type.trim())) {
    headers.set("Content-Security-Policy", "sandbox");
  }
}
