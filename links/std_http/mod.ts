// @ts-types="./types.d.ts"
export { STATUS_CODE, STATUS_TEXT } from "deno-std/http/status.js";
