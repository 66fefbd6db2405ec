/**
 * SM4 (GB/T 32907-2016), ECB over whole blocks: what HJ 212-2025 encrypts CP with. OpenSSL's where the runtime has it, the
 * one written here where not (a build without SM4, a restricted provider); both give the same bytes.
 */
import { createCipheriv, createDecipheriv, getCiphers } from "node:crypto";

/** Bytes of a block and of a key. */
export const SM4_BLOCK = 16;

/** `key` has 16 bytes and `blocks` whole blocks; anything else throws a RangeError. */
export interface Sm4 {
  encrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array;
  decrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array;
}

const SBOX = Buffer.from(
  "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa441326498606999c4250f491ef987a33540b43edcfac62" +
    "e4b31ca9c908e89580df94fa758f3fa64707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35" +
    "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89eeabf8ad240c738b5a3f7f2cef96115a1" +
    "e0ae5da49b341a55ad933230f58cb1e31df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51" +
    "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b08969974a0c96777e65b9f109c56ec684" +
    "18f07dec3adc4d2079ee5f3ed7cb3948",
  "hex",
);
const FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc] as const;
const ROUNDS = 32;

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
const substitute = (x: number): number =>
  (SBOX[x >>> 24]! << 24) | (SBOX[(x >>> 16) & 0xff]! << 16) | (SBOX[(x >>> 8) & 0xff]! << 8) | SBOX[x & 0xff]!;

/** S-box and linear step of the rounds in one look-up, for a word's highest byte; the others are rotations of it. */
const T = Int32Array.from(SBOX, (s) => {
  const b = s << 24;
  return b ^ rotate(b, 2) ^ rotate(b, 10) ^ rotate(b, 18) ^ rotate(b, 24);
});

/** The 32 round keys. */
function schedule(key: Uint8Array): Int32Array {
  const view = new DataView(key.buffer, key.byteOffset, SM4_BLOCK);
  const k = FK.map((fk, i) => view.getInt32(4 * i) ^ fk);
  return Int32Array.from({ length: ROUNDS }, (_, i) => {
    let ck = 0;
    for (let j = 0; j < 4; j++) ck = (ck << 8) | (((4 * i + j) * 7) & 0xff);
    const s = substitute(k[1]! ^ k[2]! ^ k[3]! ^ ck);
    const next = k[0]! ^ s ^ rotate(s, 13) ^ rotate(s, 23);
    k.shift();
    k.push(next);
    return next;
  });
}

function crypt(roundKeys: Int32Array, blocks: Uint8Array): Uint8Array {
  const out = new Uint8Array(blocks.length);
  const from = new DataView(blocks.buffer, blocks.byteOffset, blocks.length);
  const to = new DataView(out.buffer);
  for (let at = 0; at < blocks.length; at += SM4_BLOCK) {
    let a = from.getInt32(at);
    let b = from.getInt32(at + 4);
    let c = from.getInt32(at + 8);
    let d = from.getInt32(at + 12);
    for (let i = 0; i < ROUNDS; i++) {
      const x = b ^ c ^ d ^ roundKeys[i]!;
      const next =
        a ^
        T[x >>> 24]! ^
        rotate(T[(x >>> 16) & 0xff]!, 24) ^
        rotate(T[(x >>> 8) & 0xff]!, 16) ^
        rotate(T[x & 0xff]!, 8);
      a = b;
      b = c;
      c = d;
      d = next;
    }
    to.setInt32(at, d);
    to.setInt32(at + 4, c);
    to.setInt32(at + 8, b);
    to.setInt32(at + 12, a);
  }
  return out;
}

function check(key: Uint8Array, blocks: Uint8Array): void {
  if (key.length !== SM4_BLOCK) throw new RangeError(`an SM4 key of ${key.length} bytes: it has ${SM4_BLOCK}`);
  if (blocks.length % SM4_BLOCK !== 0) throw new RangeError(`${blocks.length} bytes are no whole SM4 blocks`);
}

/** In TypeScript alone. */
export const ownSm4: Sm4 = {
  encrypt(key, blocks) {
    check(key, blocks);
    return crypt(schedule(key), blocks);
  },
  decrypt(key, blocks) {
    check(key, blocks);
    return crypt(schedule(key).reverse(), blocks);
  },
};

/** OpenSSL's; null where the runtime lists no `sm4-ecb`, or lists it and refuses it. */
export function opensslSm4(ciphers: readonly string[] = getCiphers()): Sm4 | null {
  if (!ciphers.includes("sm4-ecb")) return null;
  const through = (make: typeof createCipheriv | typeof createDecipheriv) => (key: Uint8Array, blocks: Uint8Array) => {
    check(key, blocks);
    const cipher = make("sm4-ecb", key, null);
    cipher.setAutoPadding(false);
    const out = cipher.update(blocks);
    cipher.final();
    return out;
  };
  const sm4: Sm4 = { encrypt: through(createCipheriv), decrypt: through(createDecipheriv) };
  try {
    const zero = new Uint8Array(SM4_BLOCK);
    return Buffer.compare(sm4.encrypt(zero, zero), ownSm4.encrypt(zero, zero)) === 0 ? sm4 : null;
  } catch {
    return null;
  }
}

/** The one that this process uses. */
export const sm4: Sm4 = opensslSm4() ?? ownSm4;
