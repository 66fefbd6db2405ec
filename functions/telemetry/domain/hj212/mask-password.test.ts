import { assert, property, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { fixtureBytes, readFixtures } from "../../../../events/hj212/fixtures.ts";
import { maskPassword } from "./mask-password.ts";

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const masked = (text: string): string => latin1(maskPassword(Buffer.from(text, "latin1")));

test.each([
  ["ST=31;PW=123456;MN=X", "ST=31;PW=******;MN=X"],
  ["CP=&&NewPW=654321&&3B80", "CP=&&NewPW=******&&3B80"],
  ["PW=12\r\nPW=34", "PW=**\r\nPW=**"],
  ["PW=;MN=X", "PW=;MN=X"],
  ["PW=no end", "PW=******"],
  ["PPW=1;PW", "PPW=*;PW"],
  ["PW=a,&#b;MN=X", "PW=*****;MN=X"],
  ["NewPW=a,VaseNo=1", "NewPW=*,VaseNo=1"],
  ["CN=1014;PW=1;CP=&&Key=ab=c;Other=d,e&&PW=2;", "CN=1014;PW=*;CP=&&Key=****;Other=*,e&&PW=*;"],
  ["CN=1014;CP=&&KEY", "CN=1014;CP=&&KEY"],
  ["CN=1014;", "CN=1014;"],
  ["\xff\x00PW=\xfe\xfd;\x80", "\xff\x00PW=**;\x80"],
])("%j becomes %j", (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test("of an encrypted frame only the header is covered", () => {
  const bytes = Buffer.from("CN=1014;PW=1;CP=&&\xffPW=\xfe=\x01&&", "latin1");
  expect(latin1(maskPassword(bytes, true))).toBe("CN=1014;PW=*;CP=&&\xffPW=\xfe=\x01&&");
});

test("in every frame of appendix A nothing but the password changes, and the input stays what it was", () => {
  for (const fixture of readFixtures("appendix-a.json")) {
    const bytes = fixtureBytes(fixture);
    const before = latin1(bytes);
    expect(latin1(maskPassword(bytes))).toBe(
      before.replaceAll(/PW=[^;&]*/g, (found) => `PW=${"*".repeat(found.length - 3)}`),
    );
    expect(latin1(bytes)).toBe(before);
  }
});

test("any bytes keep their length; only stars are new", () => {
  assert(
    property(uint8Array({ max: 127, maxLength: 200 }), (bytes) => {
      const after = maskPassword(bytes);
      expect(after.length).toBe(bytes.length);
      expect(after.every((byte, i) => byte === bytes[i] || byte === 0x2a)).toBe(true);
    }),
  );
});
