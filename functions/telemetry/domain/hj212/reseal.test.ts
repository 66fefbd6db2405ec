import { assert, constantFrom, property, stringMatching } from "fast-check";
import { describe, expect, test } from "vitest";
import { buildCp, encodeFrame, readingGroup } from "./encode.ts";
import { encryptSegment } from "./encrypted.ts";
import { splitFrames } from "./frame.ts";
import { maskPassword } from "./mask-password.ts";
import { reseal } from "./reseal.ts";

const KEY = Buffer.from("0123456789abcdef");
const OTHER = Buffer.from("fedcba9876543210");
const cp = buildCp([[["DataTime", "20261001080000"]], readingGroup("a21002", { Avg: 40, Flag: "N" })]);
const frame = (pw: string | null): Buffer =>
  Buffer.from(encodeFrame({ qn: "20261001080100000", st: "31", cn: "2051", pw, mn: "A", flag: 9, cp }).subarray(0, -2));
/** Length and CRC stay those of the text. */
const encrypted = (pw: string | null): Buffer => {
  const clear = frame(pw);
  return Buffer.concat([clear.subarray(0, 6), encryptSegment(clear.subarray(6, -4), KEY), clear.subarray(-4)]);
};
const none = (): readonly Uint8Array[] => [];
const reads = (bytes: Uint8Array, keys: readonly Uint8Array[] = []): string => {
  const [piece, ...more] = splitFrames(bytes, () => keys);
  if (!piece || more.length > 0) return `${more.length + 1} pieces`;
  return piece.ok ? "frame" : piece.reason;
};

describe("a covered frame", () => {
  test("reads again, with every other byte as it was", () => {
    assert(
      property(stringMatching(/^[0-9a-z]{1,12}$/), (pw) => {
        const covered = maskPassword(frame(pw));
        const sealed = reseal(covered, none);
        expect(reads(sealed)).toBe("frame");
        expect(sealed.subarray(0, -4)).toEqual(Buffer.from(covered.subarray(0, -4)));
      }),
    );
    expect(reads(maskPassword(frame("123456")))).toBe("crc");
  });

  test("that is encrypted reads with a key that makes text of it, and with no other", () => {
    const covered = maskPassword(encrypted("123456"), true);
    expect(reads(covered, [KEY])).toBe("crc");
    expect(
      reads(
        reseal(covered, () => [OTHER, KEY]),
        [OTHER, KEY],
      ),
    ).toBe("frame");
    for (const keys of [[], [OTHER]]) expect(reseal(covered, () => keys)).toBe(covered);
  });

  test("without a password to cover is left as it came, right or damaged", () => {
    for (const bytes of [
      frame(null),
      encrypted(null),
      Buffer.from("##0008QN=1;;AA"),
      Buffer.from("PW=****"),
      Buffer.from(""),
    ])
      expect(reseal(bytes, none)).toBe(bytes);
  });

  test("of which a piece is gone is left as it is", () => {
    assert(
      property(constantFrom(...Array.from({ length: frame("123456").length - 1 }, (_, i) => i + 1)), (length) => {
        const cut = maskPassword(frame("123456")).subarray(0, length);
        expect(reseal(cut, none)).toBe(cut);
      }),
    );
  });
});
