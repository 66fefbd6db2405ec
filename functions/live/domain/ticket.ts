/** How a page comes to a socket: a ticket, good once and for a moment, because a browser's socket carries no token. Pure. */

/** From the answer with the ticket to the connection. */
export const TICKET_MS = 30_000;
/** API Gateway ends a connection after two hours; what is left of it after that is nobody's. */
export const CONNECTION_MS = 125 * 60_000;

export interface Ticket {
  sub: string;
  /** Of the page that asked for it; null when it was no page. */
  origin: string | null;
  /** Epoch ms. */
  expires: number;
}

/** Whether the ticket that was shown opens a socket for a page of `origin`. */
export const opens = (ticket: Ticket, origin: string | null, at: number): boolean =>
  at < ticket.expires && ticket.origin === origin;
