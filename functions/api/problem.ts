/** Errors of the API as RFC 9457 problem details: what is wrong and what to do, in words; never an internal message. */
export function problem(status: number, title: string, detail: string, cache = "no-store"): Response {
  return new Response(JSON.stringify({ type: "about:blank", title, status, detail }), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": cache },
  });
}
