import { createCipheriv } from "node:crypto";
import { assert, integer, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { opensslSm4, ownSm4, sm4, SM4_BLOCK, type Sm4 } from "./sm4.ts";

const hex = (text: string): Uint8Array => Buffer.from(text, "hex");
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const openssl = opensslSm4();
const KEY = hex("0123456789abcdeffedcba9876543210");

test("the runtime of the tests has OpenSSL's, so that both are compared", () => {
  expect(openssl).not.toBeNull();
});
test("without it, or where it is listed and refused, the own one is used", () => {
  expect(opensslSm4(["aes-128-ecb"])).toBeNull();
  expect([openssl !== null, sm4 === ownSm4]).toEqual([true, false]);
});

describe.each([
  ["own", ownSm4],
  ["OpenSSL's", openssl!],
])("%s", (_, cipher: Sm4) => {
  test("GB/T 32907 A.1: one block, both ways", () => {
    expect(toHex(cipher.encrypt(KEY, KEY))).toBe("681edf34d206965e86b3e94f536e4246");
    expect(toHex(cipher.decrypt(KEY, hex("681edf34d206965e86b3e94f536e4246")))).toBe(toHex(KEY));
  });

  test("HJ 212-2025 Annex H: PKCS7 and Base64, both ways", () => {
    const key = Buffer.from("msbE74gsiSHSEh5e");
    const text = Buffer.from("testuser:AezF0nZRs4kypuGO");
    const fill = SM4_BLOCK - (text.length % SM4_BLOCK);
    const padded = Buffer.concat([text, Buffer.alloc(fill, fill)]);
    const token = "LG/m7lsFU/taig+vbQsDJXy4NGAaE2j2lplPwhZM7iM=";
    expect(Buffer.from(cipher.encrypt(key, padded)).toString("base64")).toBe(token);
    expect(Buffer.from(cipher.decrypt(key, Buffer.from(token, "base64"))).equals(padded)).toBe(true);
  });

  test.each([
    ["a key of 15 bytes", 15, 16],
    ["a key of 32 bytes", 32, 16],
    ["half a block", 16, 8],
  ])("refuses %s", (_, key, length) => {
    for (const way of ["encrypt", "decrypt"] as const)
      expect(() => cipher[way](new Uint8Array(key), new Uint8Array(length))).toThrow(RangeError);
  });
});

test("GB/T 32907 A.2: one block encrypted a million times; the own one walks the first 10,000 steps of the same chain", () => {
  // CBC over zeros is that chain: each block is the encryption of the one before.
  const chain = createCipheriv("sm4-cbc", KEY, KEY)
    .setAutoPadding(false)
    .update(Buffer.alloc(1_000_000 * SM4_BLOCK));
  expect(toHex(chain.subarray(-SM4_BLOCK))).toBe("595298c7c6fd271f0402f804c33d3f66");
  let block = KEY;
  for (let i = 0; i < 10_000; i++) block = ownSm4.encrypt(KEY, block);
  expect(toHex(block)).toBe(toHex(chain.subarray(9_999 * SM4_BLOCK, 10_000 * SM4_BLOCK)));
});

test("both give the same bytes for any key and blocks, and decrypt what they encrypt; a view's offset is respected", () => {
  const key = uint8Array({ minLength: 16, maxLength: 16 });
  assert(
    property(key, uint8Array({ maxLength: 200 }), integer({ min: 0, max: 15 }), (key, bytes, shift) => {
      const whole = bytes.length - (bytes.length % SM4_BLOCK);
      const held = new Uint8Array(shift + whole);
      held.set(bytes.subarray(0, whole), shift);
      const blocks = held.subarray(shift);
      const cipher = ownSm4.encrypt(key, blocks);
      expect(toHex(cipher)).toBe(toHex(openssl!.encrypt(key, blocks)));
      expect(toHex(ownSm4.decrypt(key, cipher))).toBe(toHex(blocks));
      expect(toHex(openssl!.decrypt(key, cipher))).toBe(toHex(blocks));
    }),
    { numRuns: 300 },
  );
});
