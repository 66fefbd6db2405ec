/** One tap in the portal: what is being done about a warning. The same effect on repeats as an answer by SMS. */
import * as z from "zod/mini";
import { Moment } from "../api/moment-form.ts";
import { atPlant, Refusal, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { DAY, formatIso, MINUTE, parseIso } from "../shared/shanghai.ts";
import { acknowledgementRepository, type StoredAcknowledgement } from "./acknowledgement-repository.ts";
import { pausedState } from "./domain/plant-state.ts";
import { ACTIONS, warningLedger } from "./repository.ts";

const View = z.object({
  at: z.string(),
  action: z.enum(ACTIONS),
  expectedAt: z.nullable(z.string()),
  note: z.string(),
  episode: z.nullable(z.string()),
  by: z.string(),
  /** Repeats pause until here; a rise is sent all the same. null: no episode was open any more. */
  pausedUntil: z.nullable(z.string()),
  key: z.string(),
});
const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));
const viewOf = ({ at, expectedAt, pausedUntil, by, text, action, episode, key }: StoredAcknowledgement) => ({
  at: formatIso(at),
  action,
  expectedAt: iso(expectedAt),
  note: text,
  episode,
  by: by.name,
  pausedUntil: iso(pausedUntil),
  key,
});

/** A tick writes the plant's state once in five minutes; who meets it tries again. */
const ATTEMPTS = 4;
/** Expected ends further away are a slip of the finger. */
const FURTHEST = 366 * DAY;

export function acknowledgeOperations({ db, tables, ruleData }: Services): Operation[] {
  const ledger = warningLedger({ db, table: tables.ledger });
  const acknowledgements = acknowledgementRepository({ db, table: tables.ledger });
  return [
    atPlant({
      id: "acknowledge",
      method: "POST",
      path: "/api/plants/:permitNo/acknowledgements",
      summary: "Say what is being done about a warning; repeats pause as after an answer by SMS",
      action: "episode.acknowledge",
      body: z.object({
        /** Id of the episode it answers; null: all that are open. */
        episode: z._default(z.nullable(z.string().check(z.maxLength(200))), null),
        action: z.enum(ACTIONS),
        expectedAt: z._default(z.nullable(Moment), null),
        note: z._default(z.string().check(z.trim(), z.maxLength(500)), ""),
        /** Made by the client: the same request again is the same acknowledgement. */
        key: z.string().check(z.minLength(8), z.maxLength(100)),
      }),
      answer: View,
      async handle({ plant, body, at, person, change }) {
        const { permitNo } = plant.permit;
        const { sub, name } = person;
        const expectedAt = body.expectedAt === null ? null : parseIso(body.expectedAt)!;
        if (expectedAt !== null && expectedAt > at + FURTHEST)
          throw new Refusal(422, "not as expected", "expectedAt is more than a year ahead.", {
            zh: "预计完成时间在一年以后，请改正",
          });
        const until = at + ruleData.warning(at).sms.acknowledgePause * MINUTE;
        for (let attempt = 1; ; attempt++) {
          const made = await acknowledgements.made(permitNo, sub, body.key);
          if (made) return { body: viewOf(made) };
          const { state, version } = await ledger.plant(permitNo);
          const next = pausedState(state, at, until);
          const { action, episode, key, note: text } = body;
          const pausedUntil = state.episodes.length > 0 ? until : null;
          const ack = { permitNo, at, action, expectedAt, text, episode, key, by: { sub, name }, pausedUntil };
          try {
            await change(acknowledgements.writes(ack, next && { state: next, before: state, version }), {
              permitNo,
              target: `episode ${episode ?? "all"}`,
              before: null,
              after: viewOf(ack),
            });
            return { status: 201, body: viewOf(ack) };
          } catch (error) {
            if (!(error instanceof Refusal) || error.status !== 409 || attempt === ATTEMPTS) throw error;
          }
        }
      },
    }),
  ];
}
