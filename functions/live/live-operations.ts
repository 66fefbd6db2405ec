/** `POST /api/live/ticket`: what a page opens its socket with. */
import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { LIVE_PATH } from "../../events/live.ts";
import { overReach, type Operation } from "../api/operation.ts";
import { formatIso } from "../shared/shanghai.ts";
import { TICKET_MS } from "./domain/ticket.ts";
import type { LiveRepository } from "./live-repository.ts";

const Answer = z.object({
  /** Good for one connection, from the same origin, and not for long. */
  ticket: z.string(),
  /** Of the socket, on this host: `wss://…{path}?ticket=…`. */
  path: z.string(),
  until: z.string(),
});

export const liveOperations = ({ live }: { live: Pick<LiveRepository, "keepTicket"> }): Operation[] => [
  overReach({
    id: "openLive",
    method: "POST",
    path: "/api/live/ticket",
    summary: "A ticket for the socket that says when there is something new to ask for",
    action: "plant.read",
    answer: Answer,
    async handle({ person, origin, at }) {
      const ticket = randomBytes(32).toString("base64url");
      const expires = at + TICKET_MS;
      await live.keepTicket(ticket, { sub: person.sub, origin, expires });
      return { status: 201, body: { ticket, path: LIVE_PATH, until: formatIso(Math.floor(expires / 1000) * 1000) } };
    },
  }),
];
