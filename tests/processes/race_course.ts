import type { RaceCourse } from "../support/races.ts";
import type { GatewayProcess, ProcessCourse } from "./gateways.ts";
import { expect, send } from "./requests.ts";

/** Races against gateways in processes of their own, which take turns; what is told to come again is sent again. */
export async function processRaces(course: ProcessCourse, count: number): Promise<RaceCourse> {
  const gateways: GatewayProcess[] = [];
  for (let at = 0; at < count; at++) gateways.push(await course.start());
  let turn = 0;
  const urlOf = () => `${gateways[turn++ % count]?.url}/races`;
  await expect(200, "PUT", urlOf());
  return {
    send: (method, target, sent) => send(method, urlOf() + target, sent),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
