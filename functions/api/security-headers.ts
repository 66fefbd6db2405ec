/**
 * What every answer of the API tells the browser. The distribution says the same where it can; in `aws-cn` it cannot, and
 * these are the only ones. HSTS holds for the whole site, so the first refresh of a page also settles it for the pages.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
