import { assert, integer, nat, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { crc212, crcModbus, formatCrc, readingOfCrc } from "./crc.ts";

const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Annex A word by word, bit by bit. */
function annexA(bytes: Uint8Array): number {
  let c = 0xffff;
  for (const x of bytes) {
    c = (c >>> 8) ^ x;
    for (let i = 0; i < 8; i++) {
      const carry = c & 1;
      c >>>= 1;
      if (carry) c ^= 0xa001;
    }
  }
  return c;
}

describe("crc212", () => {
  test.each([
    ["QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&", "1C80"],
    ["QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&", "2200"],
    ["", "FFFF"],
  ])("%s has %s", (segment, crc) => {
    expect(formatCrc(crc212(ascii(segment)))).toBe(crc);
  });

  test("is annex A for any bytes", () => {
    assert(
      property(uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        expect(crc212(bytes)).toBe(annexA(bytes));
      }),
    );
  });

  test("256 results exist, their low bytes are the eight of the domain notes", () => {
    const all = new Set(Array.from({ length: 256 }, (_, x) => crc212(Uint8Array.of(x))));
    expect(all.size).toBe(256);
    const low = [...new Set([...all].map((c) => formatCrc(c).slice(2)))].toSorted();
    expect(low).toEqual(["00", "01", "40", "41", "80", "81", "C0", "C1"]);
  });

  test("any one changed byte changes the CRC: the 256 high bytes, all that the next step sees, are distinct", () => {
    const high = new Set(Array.from({ length: 256 }, (_, x) => crc212(Uint8Array.of(x)) >>> 8));
    expect(high.size).toBe(256);
    assert(
      property(
        uint8Array({ minLength: 1, maxLength: 80 }),
        nat(),
        integer({ min: 1, max: 255 }),
        (bytes, at, change) => {
          const changed = new Uint8Array(bytes);
          changed[at % bytes.length]! ^= change;
          expect(crc212(changed)).not.toBe(crc212(bytes));
        },
      ),
    );
  });

  test("works on a part of the bytes", () => {
    expect(crc212(ascii("xxabcyy"), 2, 5)).toBe(crc212(ascii("abc")));
  });
});

test("crcModbus has the published check value of CRC-16/MODBUS", () => {
  expect(formatCrc(crcModbus(ascii("123456789")))).toBe("4B37");
});

describe("readingOfCrc", () => {
  const segment = ascii("CP=&&a21002-Rtd=38.6&&");
  const crc = crc212(segment);
  const modbus = crcModbus(segment);
  const swapped = (x: number): number => Number.parseInt(formatCrc(x).replace(/(..)(..)/, "$2$1"), 16);
  test.each([
    ["annex A", crc, []],
    ["annex A, low byte first", swapped(crc), ["crc-bytes-swapped"]],
    ["Modbus", modbus, ["modbus-crc"]],
    ["Modbus, low byte first", swapped(modbus), ["modbus-crc", "crc-bytes-swapped"]],
    ["none", 0x1234, null],
  ])("%s", (_, received, notes) => {
    expect(readingOfCrc(received, segment)).toEqual(notes);
  });

  test("a value that annex A can give is never read otherwise", () => {
    const possible = new Set(Array.from({ length: 256 }, (_, x) => crc212(Uint8Array.of(x)) & 0xff));
    assert(
      property(uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
        for (const other of [swapped(crc212(bytes)), crcModbus(bytes), swapped(crcModbus(bytes))])
          if (possible.has(other & 0xff)) expect(readingOfCrc(other, bytes) ?? []).toEqual([]);
      }),
    );
  });
});
