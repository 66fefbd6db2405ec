/** Frames are kept and shown with the device's password covered; a hash of the bytes as received goes with them. */

const P = 0x50;
const W = 0x57;
const EQUALS = 0x3d;
const STAR = 0x2a;
const SMALL_W = 0x77;
/** What ends the header field PW, as the decoder reads it: `;`, and CR or LF where a damaged frame has none. */
const FIELD_ENDS = new Set([0x3b, 0x0d, 0x0a]);
/** What ends the item NewPW of CP: also `,` and the closing `&`. */
const ITEM_ENDS = new Set([...FIELD_ENDS, 0x2c, 0x26]);

/**
 * A copy of `bytes` with every value behind `PW=` (so also `NewPW=` of CN 1072) as `*` of the same length; all else is
 * the same byte for byte. Looks at bytes only, so it covers the passwords of damaged frames too. Length and CRC
 * are left as sent, so that a covered frame still shows what the device claimed.
 */
export function maskPassword(bytes: Uint8Array): Uint8Array {
  const masked = new Uint8Array(bytes); // slice() of a Buffer would be a view
  for (let i = masked.indexOf(P); i >= 0; i = masked.indexOf(P, i + 1)) {
    if (masked[i + 1] !== W || masked[i + 2] !== EQUALS) continue;
    const ends = masked[i - 1] === SMALL_W ? ITEM_ENDS : FIELD_ENDS;
    for (i += 3; i < masked.length && !ends.has(masked[i]!); i++) masked[i] = STAR;
  }
  return masked;
}
