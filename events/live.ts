/**
 * What an open page is told of: which items of the ledger, as data. The filter of the event source is made from it, and the
 * function that tells the pages reads the same. A nudge says only that there is something new; what, the page asks for.
 */

/** Path of the socket on the site. It is the API's stage as well, so that no distribution has to rewrite it. */
export const LIVE_STAGE = "live";
export const LIVE_PATH = `/${LIVE_STAGE}`;

/**
 * Items that the board shows: `pk` begins so. Not what the sites report (`SITE#`): in a large city some outlet's noise changes
 * every second, and the board asks for that once a minute.
 */
export const BOARD_ITEMS: readonly string[] = ["STATE#", "MARKED#", "EPISODES#", "TOLD#", "CAP#"];

/** Items of `PLANT#{permitNo}` that the pages of a plant show: `sk` begins so. */
export const PLANT_ITEMS: readonly string[] = [
  "WARNING",
  "HOUR#",
  "DAY#",
  "MARK#",
  "EPISODE#",
  "ACK#",
  "SEND#",
  "DELIVERY#",
  "CLUE#",
];
export const PLANT = "PLANT#";
