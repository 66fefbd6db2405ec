/** How what waits in the queue goes to the server. */
import { api, got } from "../shared/api.ts";
import type { operations } from "../shared/api-types.gen.ts";
import type { Entry } from "./offline/queue.ts";

type BodyOf<O extends keyof operations> = operations[O] extends {
  requestBody: { content: { "application/json": infer B } };
}
  ? Omit<B, "key">
  : never;

/** An answer to a warning, or a mark. */
export type Acknowledgement = Entry<"acknowledgement", BodyOf<"acknowledge">>;
export type NewMark = Entry<"mark", BodyOf<"putMark">>;
export type Waiting = Acknowledgement | NewMark;

export async function send(entry: Entry): Promise<void> {
  const { kind, permitNo, body, key } = entry as Waiting;
  const params = { path: { permitNo } };
  if (kind === "mark") await got(api.POST("/api/plants/{permitNo}/marks", { params, body: { ...body, key } }));
  else await got(api.POST("/api/plants/{permitNo}/acknowledgements", { params, body: { ...body, key } }));
}
