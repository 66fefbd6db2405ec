/**
 * The content security policy of the public page, in two layers that must both agree. The page names the hashes of its
 * own style and script in a `meta` element: page and policy are always of one version, although a stored page outlives
 * a deployment. The site's header cannot know those hashes, so it allows inline parts. The rest both forbid: in `aws-cn`
 * there is no such header, and the page has to do without `frame-ancestors`, which a `meta` element cannot say.
 */
import { createHash } from "node:crypto";
import { REFRESH_SCRIPT } from "./refresh.ts";
import { STYLE } from "./style.ts";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing but the page itself and the public API of its own site. */
const BOTH = ["default-src 'none'", "img-src data:", "connect-src 'self'", "base-uri 'none'", "form-action 'self'"];

/** In the page: only the style and the script that it was written with. */
export const PAGE_META_CSP: string = [...BOTH, `script-src ${hash(REFRESH_SCRIPT)}`, `style-src ${hash(STYLE)}`].join(
  ";",
);

/** In the header of `/p/*`. */
export const PAGE_CSP: string = [
  ...BOTH,
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "frame-ancestors 'none'",
].join("; ");
