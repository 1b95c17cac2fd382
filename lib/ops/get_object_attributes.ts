import type { OperationHandler } from "./context.ts";
import { partsOf } from "./object_parts.ts";
import { statObject } from "./objects.ts";

/** GetObjectAttributes: what an object was made of, without its bytes. */
export const getObjectAttributes: OperationHandler<"GetObjectAttributes"> = async (
  context,
  input,
) => {
  const object = await statObject(context, input);
  const output = { request: input, object };
  if (!input.attributes.includes("ObjectParts")) return output;
  const parts = await partsOf(context, input.bucket, object);
  if (parts.length === 0) return output;
  const rest = parts.filter(({ partNumber }) => partNumber > input.partNumberMarker);
  const page = rest.slice(0, input.maxParts);
  const truncated = input.maxParts > 0 && rest.length > page.length;
  return { ...output, parts: { total: parts.length, page, truncated } };
};
