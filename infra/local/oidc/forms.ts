/** What browsers send from our own pages, and pages to them. */
import type { IncomingMessage, ServerResponse } from "node:http";

const MAX_FORM = 16 * 1024;

/**
 * The fields of a form; null when it comes from a page of another origin (browsers say so in every POST), is no form or
 * is larger than our own can be.
 */
export async function readForm(request: IncomingMessage, origin: string): Promise<URLSearchParams | null> {
  const from = request.headers.origin;
  if (from !== undefined && from !== origin) return null;
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return null;
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "")) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_FORM) return null;
    chunks.push(chunk as Buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

export function sendPage(response: ServerResponse, status: number, html: string): void {
  const body = Buffer.from(html);
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "content-length": body.length });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
