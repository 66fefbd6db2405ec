/**
 * The content security policy of the applications that people sign in to. Their scripts, fonts and data are the site's own;
 * only the issuer is elsewhere, where the site has none of its own.
 */

const parts = (connect: readonly string[], inlineStyles: boolean): string[] => [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self'${inlineStyles ? " 'unsafe-inline'" : ""}`,
  "font-src 'self'",
  "img-src 'self' data: blob:",
  `connect-src ${["'self'", ...connect].join(" ")}`,
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
];

/**
 * In the header of `/portal/*` and `/console/*`. `issuers`: origins that are asked for tokens. The console's components write
 * their styles at run time; the portal's do not, and its own page says so.
 */
export const appCsp = (issuers: readonly string[]): string =>
  [...parts(issuers, true), "frame-ancestors 'none'"].join("; ");

/**
 * For a `meta` element in the applications' own page: `aws-cn` has no such header, and a build does not know the issuer of
 * its deployment, so that any host with TLS may be asked. Where both are, the stricter one holds.
 */
export const appMetaCsp = ({ inlineStyles }: { inlineStyles: boolean }): string =>
  parts(["https:"], inlineStyles).join("; ");
