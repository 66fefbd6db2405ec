/** Frames are kept and shown with the device's password covered; a hash of the bytes as received goes with them. */

const P = 0x50;
const W = 0x57;
const EQUALS = 0x3d;
const STAR = 0x2a;
const AMPERSAND = 0x26;
const SMALL_W = 0x77;
/** What ends the header field PW, as the decoder reads it: `;`, and CR or LF where a damaged frame has none. */
const FIELD_ENDS = new Set([0x3b, 0x0d, 0x0a]);
/** What ends the item NewPW of CP: also `,` and the closing `&`. */
const ITEM_ENDS = new Set([...FIELD_ENDS, 0x2c, 0x26]);

/** CN 1014 brings a new SM4 key; no edition that was read names its item, so every value of its CP is covered. */
const NEW_KEY = Buffer.from("CN=1014;");
const CP = Buffer.from("CP=&&");

/**
 * A copy of `bytes` with every value behind `PW=` (so also `NewPW=` of CN 1072) and every value of CN 1014 as `*` of the same
 * length; all else is the same byte for byte. Looks at bytes only, so it covers the secrets of damaged frames too. Of an
 * `encrypted` frame only the header is looked at: what spells `PW=` behind it is ciphertext, and would be lost. Length and CRC
 * are left as sent, so that a covered frame still shows what the device claimed.
 */
export function maskPassword(bytes: Uint8Array, encrypted = false): Uint8Array {
  const masked = Buffer.from(bytes); // slice() of a Buffer would be a view
  const content = masked.indexOf(CP);
  const end = encrypted && content >= 0 ? content : masked.length;
  for (let i = masked.indexOf(P); i >= 0 && i < end; i = masked.indexOf(P, i + 1)) {
    if (masked[i + 1] !== W || masked[i + 2] !== EQUALS) continue;
    const ends = masked[i - 1] === SMALL_W ? ITEM_ENDS : FIELD_ENDS;
    for (i += 3; i < end && !ends.has(masked[i]!); i++) masked[i] = STAR;
  }
  if (!encrypted)
    for (let i = masked.indexOf(NEW_KEY); i >= 0; i = masked.indexOf(NEW_KEY, i + 1)) maskItems(masked, i);
  return masked;
}

/** Covers the values of the CP that follows `from`, to the `&` that closes it. */
function maskItems(masked: Buffer, from: number): void {
  const content = masked.indexOf(CP, from);
  if (content < 0) return;
  let value = false;
  for (let i = content + CP.length; i < masked.length && masked[i] !== AMPERSAND; i++) {
    if (value && !ITEM_ENDS.has(masked[i]!)) masked[i] = STAR;
    else value = masked[i] === EQUALS;
  }
}
