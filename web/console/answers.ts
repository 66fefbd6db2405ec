/** What the operations answer, by their id: types made from the API's own description. */
import type { operations } from "../shared/api-types.gen.ts";

export type Answer<Id extends keyof operations> = operations[Id]["responses"] extends
  | { 200: { content: { "application/json": infer Body } } }
  | { "2XX": { content: { "application/json": infer Body } } }
  ? Body
  : never;
