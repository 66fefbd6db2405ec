import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCharacter, isCreditCode, permitNumberProblem } from "./permit-number.ts";

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY".split("");
const first17 = fc.array(fc.constantFrom(...ALPHABET), { minLength: 17, maxLength: 17 }).map((c) => c.join(""));

describe("credit code (GB 32100-2015)", () => {
  it.each(["91130200699229617X", "91350100M000100Y43", "91330483MA2ABCD126"])("%s is right", (code) =>
    expect(isCreditCode(code)).toBe(true),
  );

  it.each([
    ["one character short", "91130200699229617"],
    ["one too many", "91130200699229617XX"],
    ["I is not in the alphabet", "9133048IMA2ABCD126"],
    ["small letters", "91330483ma2abcd126"],
    ["wrong check character", "91330483MA2ABCD127"],
    ["empty", ""],
  ])("%s: %s", (_, code) => expect(isCreditCode(code)).toBe(false));

  it("changing any one character makes it wrong", () => {
    fc.assert(
      fc.property(first17, fc.nat(17), fc.constantFrom(...ALPHABET), (start, at, other) => {
        const code = start + checkCharacter(start);
        expect(isCreditCode(code)).toBe(true);
        fc.pre(code[at] !== other);
        expect(isCreditCode(code.slice(0, at) + other + code.slice(at + 1))).toBe(false);
      }),
    );
  });
});

describe("permit number (HJ 608-2017)", () => {
  it.each(["91330483MA2ABCD126001P", "91130200699229617X001P", "91330483MA2ABCD126002W"])("%s is well formed", (no) =>
    expect(permitNumberProblem(no)).toBeNull(),
  );

  it.each([
    ["91330483MA2ABCD126", /18 characters.*3 digits and a letter/],
    ["91330483MA2ABCD12600P", /18 characters/],
    ["91330483MA2ABCD1260011", /18 characters/],
    ["91330483MA2ABCD126001P ", /18 characters/],
    ["91330483OA2ABCD126001P", /18 characters/],
    ["", /18 characters/],
    ["91330483MA2ABCD125001P", /check character 5, GB 32100 gives 6/],
    ["91330483MA2ABCE126001P", /check character 6, GB 32100 gives/],
  ])("%j is refused", (no, reason) => expect(permitNumberProblem(no)?.en).toMatch(reason));
});
