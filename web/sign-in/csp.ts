/**
 * The content security policy of the applications that people sign in to. Their scripts, fonts and data are the site's own;
 * only the issuer is elsewhere, where the site has none of its own.
 */

const parts = (connect: readonly string[]): string[] => [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'", // the components write their styles at run time
  "font-src 'self'",
  "img-src 'self' data: blob:",
  `connect-src ${["'self'", ...connect].join(" ")}`,
  "form-action 'self'",
  "base-uri 'none'",
];

/** In the header of `/portal/*` and `/console/*`. `issuers`: origins that are asked for tokens. */
export const appCsp = (issuers: readonly string[]): string => [...parts(issuers), "frame-ancestors 'none'"].join("; ");

/**
 * For a `meta` element in the applications' own page: `aws-cn` has no such header, and a build does not know the issuer of
 * its deployment, so that any host with TLS may be asked. Where both are, the stricter one holds.
 */
export const APP_META_CSP: string = parts(["https:"]).join(";");
