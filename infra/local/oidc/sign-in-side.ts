/** Where the issuer meets the machine's web side: its pages, its one address, and the check of its tokens. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { APPLICATIONS } from "../../../web/sign-in/applications.ts";
import { plain } from "../distribution.ts";
import type { MakeAuthorizer, WebAnswer, WebRequest } from "../http-api.ts";
import { TemplateError } from "../template.ts";
import { jwtAuthorizer } from "./authorizer.ts";
import { MOUNT, type Issuer } from "./issuer.ts";

export interface SignInSide {
  authorizer: MakeAuthorizer;
  /** Where a request for an application has to go instead; null when it is right. */
  elsewhere(request: Pick<WebRequest, "method" | "headers" | "path" | "query">): WebAnswer | null;
  direct(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> | null;
}

/** Of a template without a user pool: it must not ask for tokens either, since none of this machine's would be right. */
const ABSENT: SignInSide = {
  authorizer: (of) => {
    throw strange(of);
  },
  elsewhere: () => null,
  direct: () => null,
};

const strange = (issuer: string): TemplateError =>
  new TemplateError(
    `the API of the template takes tokens of ${issuer}, and one machine has its own issuer: leave out permit-watch:oidcIssuer`,
  );

/**
 * Issuer and applications have one address, `http://localhost:PORT`. Who asks at `127.0.0.1` is sent there: cookies and the
 * answers of the issuer belong to one name. Any other name is refused, so that no foreign host can be pointed at this machine.
 */
export function signInSide(issuer: Issuer | null): SignInSide {
  if (!issuer) return ABSENT;
  const { origin, host } = new URL(issuer.issuer);
  const elsewhere: SignInSide["elsewhere"] = ({ method, headers, path, query }) => {
    if (![...APPLICATIONS, `${MOUNT}/`].some((own) => `${path}/`.startsWith(own))) return null;
    if (headers.host === host) return null;
    const here = /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(headers.host ?? "");
    if (!here || (method !== "GET" && method !== "HEAD"))
      return plain(421, `登录地址 The address for signing in: ${origin}`);
    const location = `${origin}${path}${query ? `?${query}` : ""}`;
    return { ...plain(307, location), headers: { ...plain(307, "").headers, location } };
  };
  return {
    elsewhere,
    authorizer: (of, audience) => {
      if (of !== issuer.issuer) throw strange(of);
      return jwtAuthorizer({ issuer: of, audience, keys: issuer.keys, now: Date.now });
    },
    direct: (path, request, response) => {
      if (!path.startsWith(`${MOUNT}/`)) return null;
      // What is not at the right address is answered by `elsewhere`.
      return request.headers.host === host ? issuer.handle(request, response) : null;
    },
  };
}
