/** Who am I: what an application asks first. */
import * as z from "zod/mini";
import { overReach, type Operation } from "../api/operation.ts";
import { ACTIONS, reachOf, ROLES, type Action } from "./domain/rights.ts";

const Self = z.object({
  sub: z.string(),
  name: z.string(),
  roles: z.array(z.enum(ROLES)),
  /** Permit numbers and towns this person belongs to. */
  plants: z.array(z.string()),
  towns: z.array(z.string()),
  /** What the person may do somewhere: what an application shows buttons by. The server decides each time anew. */
  actions: z.array(z.string()),
});

export const selfOperations = (): Operation[] => [
  overReach({
    id: "getSelf",
    method: "GET",
    path: "/api/self",
    summary: "The person of this token and what he may do",
    action: "self.read",
    answer: Self,
    async handle({ person }) {
      const { sub, name, roles, plants, towns } = person;
      const actions = (Object.keys(ACTIONS) as Action[]).filter((action) => reachOf(person, action) !== null);
      return { body: { sub, name, roles, plants, towns, actions } };
    },
  }),
];
