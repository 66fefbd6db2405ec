/**
 * The content security policy of the public page, in two layers that must both agree. The page names the hashes of its
 * own style and script in a `meta` element: page and policy are always of one version, although a stored page outlives
 * a deployment. The site's header cannot know those hashes, so it allows inline parts and forbids everything else.
 */
import { createHash } from "node:crypto";
import { REFRESH_SCRIPT } from "./refresh.ts";
import { STYLE } from "./style.ts";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** In the page: only the style and the script that it was written with. */
export const PAGE_META_CSP: string = `script-src ${hash(REFRESH_SCRIPT)};style-src ${hash(STYLE)}`;

/** In the header of `/p/*`: nothing but the page itself and the public API of its own site. */
export const PAGE_CSP: string = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
