import type { OperationHandler } from "./context.ts";
import { putObject } from "./objects.ts";

/** PostObject: a form's file is stored as PutObject stores a body. */
export const postObject: OperationHandler<"PostObject"> = async (context, input) => {
  const { answer: _, ...put } = input;
  const { object, checksums } = await putObject(context, { ...put, conditions: {} });
  return { request: input, object, checksums };
};
