/**
 * The header with which the distribution shows its secret to the API. It sets it on every request that it passes on,
 * whatever the reader's browser sent under this name.
 */
export const ORIGIN_HEADER = "x-permit-watch-origin";
