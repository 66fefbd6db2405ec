/** SM4 of HJ 212-2025. The key of most cases is the test key that implementers quote: sixteen ASCII zeros. */
import { createCipheriv } from "node:crypto";
import { annexA, at, build, hex4, item, MN, pollutant, sm4, type FrameSpec } from "./build.ts";
import { HJ2025, MADE, make, one, type CorpusCase, type Reason } from "./cases.ts";
import { reaching } from "./framing.ts";

const KEY = Buffer.from("0000000000000000");
const OTHER = Buffer.from("msbE74gsiSHSEh5e");
const hex = (...keys: Uint8Array[]): Record<string, string[]> => ({
  [MN]: keys.map((k) => Buffer.from(k).toString("hex")),
});
const good = { keys: hex(KEY) };
const T = "20261001083000";
const frame = (more: FrameSpec = {}, value = "38.6"): FrameSpec => ({
  flag: 9,
  key: KEY,
  cp: [at(T), pollutant("a21002", { Rtd: value, ZsRtd: "43.5", Flag: "N" })],
  ...more,
});

/** The first value whose ciphertext holds `bytes`: what breaks readers that search for separators. */
function holding(bytes: string): FrameSpec {
  for (let i = 0; i < 20_000; i++) {
    const spec = frame({}, (i / 10).toFixed(1));
    const wire = Buffer.from(build(spec).bytes);
    const from = wire.indexOf("CP=&&") + 5;
    const inside = wire.indexOf(bytes, from, "latin1");
    if (inside >= from && inside + bytes.length <= wire.length - 6) return spec;
  }
  throw new RangeError(`no ciphertext with ${JSON.stringify(bytes)}`);
}

/** Content of exactly `size` bytes. */
const sized = (size: number): FrameSpec => ({
  flag: 9,
  cn: "3020",
  key: KEY,
  cp: [[item("InfoId", "i".repeat(size - 7))]],
});
const pkcs7 = (content: Uint8Array, key: Uint8Array): Uint8Array => {
  const cipher = createCipheriv("sm4-ecb", key, null);
  return Buffer.concat([cipher.update(content), cipher.final()]);
};
/** A device that pads: `length` counts what is on the wire, the CRC is that of the text. */
const padded = (seal: NonNullable<FrameSpec["seal"]>): FrameSpec => {
  const text = build(frame({ key: KEY, seal })).bytes;
  return frame({ seal, lengthText: String(text.length - 10).padStart(4, "0") });
};
const zeros = (content: Uint8Array, key: Uint8Array): Uint8Array =>
  sm4(Buffer.concat([content, Buffer.alloc(16 - (content.length % 16))]), key);
const damage = (spec: FrameSpec, by: number): Uint8Array => {
  const wire = Buffer.from(build(spec).bytes);
  wire[wire.indexOf("CP=&&") + 5 + by]! ^= 0x10;
  return wire;
};

const opened: CorpusCase[] = [
  one("sm4-2011", 2025, ["实时数据加密，密钥已知", "encrypted realtime values, key known"], HJ2025, frame(), good),
  one(
    "sm4-2051",
    2025,
    ["分钟数据加密", "encrypted minute data"],
    HJ2025,
    frame({
      cn: "2051",
      cp: [
        at("20261001082000"),
        pollutant("a21002", { Min: "30.1", Avg: "38.6", Max: "44.0", ZsAvg: "43.5", Flag: "N" }),
      ],
    }),
    good,
  ),
  one(
    "sm4-2061",
    2025,
    ["小时数据加密", "encrypted hour data"],
    HJ2025,
    frame({ cn: "2061", cp: [at("20261001080000"), pollutant("a21002", { Avg: "38.6", ZsAvg: "43.5", Flag: "N" })] }),
    good,
  ),
  one(
    "sm4-1014",
    2025,
    ["新密钥下发", "a new key"],
    HJ2025,
    frame({ cn: "1014", cp: [[item("NewKey", "ABCDEFGHIJKLMNOP")]] }),
    good,
  ),
  one(
    "sm4-3020-chinese",
    2025,
    ["加密的中文", "encrypted Chinese text"],
    HJ2025,
    frame({ cn: "3020", cp: [at(T), [item("i12001-Info", "设备运行正常")]] }),
    good,
  ),
  one("sm4-resend", 2025, ["加密的补传包", "encrypted and sent again"], HJ2025, frame({ rf: "1" }), good),
  one(
    "sm4-condition",
    2025,
    ["生产工况 ST=45", "production condition, ST=45"],
    HJ2025,
    frame({ cn: "2062", st: "45", cp: [at(T), [item("p99101-Rtd", "St")]] }),
    good,
  ),
  one(
    "sm4-old-key",
    2025,
    ["密钥更新后以旧密钥补传", "stored under the key before the last renewal"],
    HJ2025,
    frame(),
    { keys: hex(OTHER, KEY) },
  ),
  one(
    "sm4-2017",
    2017,
    ["2017 版而加密", "encrypted under a Flag of 2017"],
    MADE,
    frame({ flag: 5, deviations: ["encrypted-unasked"] }),
    good,
  ),
  one(
    "sm4-unasked",
    2025,
    ["不要求加密的命令被加密", "encrypted where the edition does not ask"],
    MADE,
    frame({ cn: "3015", cp: [at(T), [item("VaseNo", "1")]], deviations: ["encrypted-unasked"] }),
    good,
  ),
  ...[16, 17, 31, 32, 33].map((size) =>
    one(
      `sm4-content-${size}`,
      2025,
      [`数据区 ${size} 字节，余 ${size % 16} 字节为明文`, `content of ${size} bytes, ${size % 16} of them in clear`],
      HJ2025,
      sized(size),
      good,
    ),
  ),
  one("sm4-content-15", 2025, ["数据区不足一块：全为明文", "less than a block: all in clear"], HJ2025, sized(15), good),
  one("sm4-cipher-holds-close", 2025, ["密文中出现 &&", "&& inside the ciphertext"], MADE, holding("&&"), good),
  one("sm4-cipher-holds-crlf", 2025, ["密文中出现回车换行", "CRLF inside the ciphertext"], MADE, holding("\r\n"), good),
  one("sm4-cipher-holds-start", 2025, ["密文中出现 ##", "## inside the ciphertext"], MADE, holding("##"), good),
  make(
    "sm4-between-clear",
    2025,
    ["明文、密文、明文相接", "clear, encrypted, clear"],
    MADE,
    [{ frame: { cn: "3015" } }, { frame: frame() }, { frame: { cn: "3015" } }],
    good,
  ),
];

const KEYED: Reason[] = ["key", "crc", "content"];
const closed: CorpusCase[] = [
  make("sm4-no-key", 2025, ["无密钥", "no key is known"], HJ2025, [
    { refuse: frame(), reasons: KEYED },
    { frame: { cn: "3015" } },
  ]),
  make(
    "sm4-wrong-key",
    2025,
    ["密钥错误", "the wrong key"],
    HJ2025,
    [{ refuse: frame(), reasons: KEYED }, { frame: { cn: "3015" } }],
    { keys: hex(OTHER) },
  ),
  make(
    "sm4-damaged",
    2025,
    ["密文错一位：整块成乱码", "one bit of the ciphertext is wrong: a block is scrambled"],
    MADE,
    [{ raw: damage(frame(), 20), reasons: KEYED }, { pass: "\r\n" }, { frame: { cn: "3015" } }],
    good,
  ),
  make(
    "sm4-length-reaches-next",
    2025,
    ["加密包长度误盖到后一包末尾", "the length of an encrypted frame reaches to the end of the next"],
    MADE,
    [
      { raw: reaching(frame(), { cn: "3015" }), reasons: ["length", ...KEYED, "noise"] },
      { pass: "\r\n" },
      { frame: { cn: "3015" } },
    ],
    good,
  ),
  make(
    "sm4-pkcs7",
    2025,
    ["误加 PKCS7 填充", "padded by PKCS7, which the edition does not have"],
    MADE,
    [{ refuse: padded(pkcs7), reasons: KEYED }, { frame: { cn: "3015" } }],
    good,
  ),
  make(
    "sm4-zero-padding",
    2025,
    ["误加零填充", "padded with zeros"],
    MADE,
    [{ refuse: padded(zeros), reasons: KEYED }, { frame: { cn: "3015" } }],
    good,
  ),
  make(
    "sm4-crc-over-cipher",
    2025,
    ["CRC 误按密文计算", "the CRC is that of the ciphertext"],
    MADE,
    [{ refuse: frame({ crcText: (_, wire) => hex4(annexA(wire)) }), reasons: KEYED }, { frame: { cn: "3015" } }],
    {
      ...good,
      differs: [
        "标准要求 CRC 按明文；宽松的接收方若接受须自证内容无误",
        "the CRC belongs to the text; over the ciphertext it proves nothing about the key",
      ],
    },
  ),
];

export const sealed = (): CorpusCase[] => [...opened, ...closed];
