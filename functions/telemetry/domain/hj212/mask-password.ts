/** Frames are kept and shown with the device's password covered. */

const P = 0x50;
const W = 0x57;
const EQUALS = 0x3d;
const STAR = 0x2a;
/** What ends a value: `;` `,` `&` `#` CR LF. */
const ENDS = new Set([0x3b, 0x2c, 0x26, 0x23, 0x0d, 0x0a]);

/**
 * A copy of `bytes` with every value behind `PW=` (so also `NewPW=` of CN 1072) as `*` of the same length; all else is
 * the same byte for byte. Looks at bytes only, so it covers the passwords of damaged frames too. The CRC no longer fits:
 * a masked frame is for reading, the archive keeps the original.
 */
export function maskPassword(bytes: Uint8Array): Uint8Array {
  const masked = new Uint8Array(bytes); // slice() of a Buffer would be a view
  for (let i = masked.indexOf(P); i >= 0; i = masked.indexOf(P, i + 1)) {
    if (masked[i + 1] !== W || masked[i + 2] !== EQUALS) continue;
    for (i += 3; i < masked.length && !ENDS.has(masked[i]!); i++) masked[i] = STAR;
  }
  return masked;
}
