/**
 * Where a browser says that it takes push messages: an address that a person hands in and our functions then call, so that it
 * must be a public host behind TLS and nothing within reach of the functions only.
 */

/** What is wrong with an endpoint; null: nothing. `loopback`: a push service on this machine is allowed, for tests. */
export function endpointProblem(endpoint: string, loopback = false): string | null {
  if (endpoint.length > 1_000) return "is longer than 1000 characters";
  const url = URL.parse(endpoint);
  if (!url) return "is no address";
  if (loopback && url.protocol === "http:" && url.hostname === "127.0.0.1") return null;
  if (url.protocol !== "https:") return "must begin with https:";
  if (url.username !== "" || url.password !== "") return "must not hold a name or password";
  if (url.port !== "") return "must be on the port of https";
  // An address in numbers (also in brackets) is no push service's, and may be anybody's inside.
  if (!/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(url.hostname))
    return "must name a public host";
  if (INSIDE.test(url.hostname)) return "must name a public host";
  return null;
}

/** Names that only a network's own resolver knows (RFC 6761, RFC 6762, RFC 8375, and what clouds use inside). */
const INSIDE =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|test|example|invalid|arpa|onion)$/;
