/** An open page's part of the socket, for tests: a ticket, a connection, what it says and hears. */
import { expect } from "vitest";
import { WebSocket } from "ws";
import type { Machine } from "../../infra/local/machine.ts";
import { eventually } from "../../infra/local/test-assembly.ts";

export interface Ticket {
  ticket: string;
  path: string;
}
export interface LivePage {
  socket: WebSocket;
  /** Everything that was said to it, oldest first. */
  heard: Record<string, unknown>[];
  /** Says something, and gives the answer. */
  say(message: unknown): Promise<Record<string, unknown>>;
}

export async function ticketFor(
  { url }: Pick<Machine, "url">,
  token: string,
  headers: Record<string, string> = {},
): Promise<Ticket> {
  const answer = await fetch(`${url}/api/live/ticket`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as Ticket;
}

/** Opens the socket; rejects with the status as its message when it is refused. */
export function openPage(
  { url }: Pick<Machine, "url">,
  { ticket, path }: Ticket,
  headers: Record<string, string> = {},
): Promise<LivePage> {
  const socket = new WebSocket(`${url?.replace("http", "ws")}${path}?ticket=${ticket}`, { headers });
  const heard: LivePage["heard"] = [];
  socket.on("message", (data) => heard.push(JSON.parse((data as Buffer).toString()) as Record<string, unknown>));
  const say: LivePage["say"] = async (message) => {
    const before = heard.length;
    socket.send(typeof message === "string" ? message : JSON.stringify(message));
    await eventually(() => heard.length > before);
    return heard[before] as Record<string, unknown>;
  };
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve({ socket, heard, say }));
    socket.once("unexpected-response", (_, response) => {
      reject(new Error(String(response.statusCode)));
      socket.terminate();
    });
    socket.on("error", reject);
  });
}
