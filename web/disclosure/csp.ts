/** What the content security policy of the site has to name so that the public page's own style and script run. */
import { createHash } from "node:crypto";
import { REFRESH_SCRIPT } from "./refresh.ts";
import { STYLE } from "./style.ts";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Sources for `script-src` and `style-src`, quoted as the policy wants them. */
export const PAGE_SCRIPT_HASH: string = hash(REFRESH_SCRIPT);
export const PAGE_STYLE_HASH: string = hash(STYLE);

/** The whole policy of `/p/*`: nothing but the page itself and the public API of its own site. */
export const PAGE_CSP: string = [
  "default-src 'none'",
  `script-src ${PAGE_SCRIPT_HASH}`,
  `style-src ${PAGE_STYLE_HASH}`,
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
