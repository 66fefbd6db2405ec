/** Length, CRC, what stands between frames, what is damaged, how a stream is cut. */
import { annexA, at, build, facility, hex4, item, pollutant, type FrameSpec } from "./build.ts";
import { clause, FIELD, HJ2017, MADE, make, one, type CorpusCase, type Part, type Reason } from "./cases.ts";

const frame = (value: string, more: FrameSpec = {}): FrameSpec => ({
  cp: [at("20261001083000"), pollutant("a21002", { Rtd: value, ZsRtd: "43.5", Flag: "N" })],
  ...more,
});
const [a, b, c] = [frame("11.1"), frame("22.2"), frame("33.3")] as const;
const bytes = (spec: FrameSpec): Uint8Array => build(spec).bytes;
const text = (spec: FrameSpec): string => Buffer.from(bytes(spec)).toString("latin1");
const END: Part = { pass: "\r\n" };
const bad = (raw: string | Uint8Array, ...reasons: Reason[]): Part => ({ raw, reasons });
const CRC = clause(HJ2017, "Annex A");

const crc: CorpusCase[] = [
  one(
    "crc-lower-case",
    2017,
    ["CRC 小写", "CRC in lower case"],
    FIELD,
    frame("38.7", { crcText: (s) => s.toLowerCase(), deviations: ["lower-case-crc"] }),
  ),
  one(
    "crc-swapped",
    2017,
    ["CRC 高低字节颠倒", "CRC with its bytes swapped"],
    MADE,
    frame("38.6", { formula: "annex-a-swapped", deviations: ["crc-bytes-swapped"] }),
  ),
  one(
    "crc-modbus",
    2017,
    ["误用 Modbus CRC", "CRC-16/Modbus instead of annex A"],
    FIELD,
    frame("38.6", { formula: "modbus", deviations: ["modbus-crc"] }),
  ),
  one(
    "crc-modbus-swapped",
    2017,
    ["Modbus CRC，低字节在前", "CRC-16/Modbus, low byte first"],
    MADE,
    frame("38.6", {
      qn: "20261001083000100",
      formula: "modbus-swapped",
      deviations: ["crc-bytes-swapped", "modbus-crc"],
    }),
  ),
  make("crc-wrong", 2017, ["CRC 错误", "a wrong CRC"], CRC, [
    { refuse: frame("38.6", { crcText: () => "FFFF" }), reasons: ["crc"] },
  ]),
  make("crc-one-bit", 2017, ["CRC 错一位", "one bit of the CRC is wrong"], CRC, [
    { refuse: frame("38.6", { crcText: (s) => hex4(Number.parseInt(s, 16) ^ 0x0200) }), reasons: ["crc"] },
  ]),
  make("crc-not-hex", 2017, ["CRC 不是十六进制", "a CRC that is not hexadecimal"], MADE, [
    { refuse: frame("38.6", { crcText: (s) => `${s.slice(0, 3)}x` }), reasons: ["crc", "length"] },
  ]),
  make("crc-value-changed", 2017, ["数值被改而 CRC 未改", "a value changed, its CRC not"], MADE, [
    bad(text(a).replace("Rtd=11.1", "Rtd=11.2"), "crc"),
    END,
  ]),
  make("crc-covers-length", 2017, ["CRC 误含长度与包头", "a CRC over ## and length too"], MADE, [
    {
      refuse: frame("38.6", {
        crcText: (_, s) => hex4(annexA(Buffer.concat([Buffer.from(`##${String(s.length).padStart(4, "0")}`), s]))),
      }),
      reasons: ["crc"],
    },
  ]),
  make(
    "crc-neighbour",
    2017,
    ["前一包 CRC 错误，后一包仍须读出", "a wrong CRC does not take the next frame with it"],
    MADE,
    [{ frame: a }, { refuse: frame("22.2", { crcText: () => "0000" }), reasons: ["crc"] }, { frame: c }],
  ),
  one(
    "crc-collision",
    2017,
    ["CRC 只有 256 种取值：不同内容相同 CRC（见 c17 的 3018）", "only 256 values exist: see the two 3018 of c17"],
    CRC,
    { qn: "20160801085857223", st: "32", mn: "010000A8900016F000169DC0", cn: "3018", cp: [[item("PolId", "w01018")]] },
  ),
];

const n = (spec: FrameSpec): number => bytes(spec).length - 10;
const length: CorpusCase[] = [
  one(
    "length-three-digits",
    2017,
    ["长度三位", "a length of three digits"],
    FIELD,
    frame("38.6", { lengthText: String(n(frame("38.6"))), deviations: ["short-length"] }),
  ),
  make(
    "length-blank-padded",
    2017,
    ["长度前为空格", "a length padded with a blank"],
    MADE,
    [
      {
        raw: bytes(frame("38.6", { lengthText: ` ${n(frame("38.6"))}` })),
        reasons: ["length", "noise"],
        or: frame("38.6", { lengthText: ` ${n(frame("38.6"))}`, deviations: ["blank-padded-length"] }),
      },
      END,
    ],
    {
      differs: [
        "宽松的接收方可以接受；本项目拒收，因未见于现场",
        "a tolerant reader may accept it; not met in the field so far",
      ],
    },
  ),
  ...(
    [
      ["small", "0100"],
      ["one-less", String(n(a) - 1).padStart(4, "0")],
      ["one-more", String(n(a) + 1).padStart(4, "0")],
      ["large", "0999"],
      ["zero", "0000"],
      ["not-digits", "01x1"],
      ["nine", "9999"],
      ["two-digits", "58"],
      ["counts-frame", String(n(a) + 12).padStart(4, "0")],
    ] as const
  ).flatMap(([name, lengthText]) => {
    const wrong = bytes(frame("11.1", { lengthText }));
    return [
      make(
        `length-${name}`,
        2017,
        [`长度写作 ${lengthText}，实为 ${n(a)}`, `the length says ${lengthText}, it is ${n(a)}`],
        MADE,
        [bad(wrong, "length", "crc", "noise"), END],
      ),
      make(
        `length-${name}-then-frame`,
        2017,
        [
          `长度写作 ${lengthText}，其后一包仍须读出`,
          `the length says ${lengthText}; the next frame is read all the same`,
        ],
        MADE,
        [bad(wrong, "length", "crc", "noise"), END, { frame: b }],
      ),
    ];
  }),
];

/** Frame `front` with a length that reaches to the end of `behind`, as bytes without the latter. */
export function reaching(front: FrameSpec, behind: FrameSpec): Uint8Array {
  const first = Buffer.concat([bytes(front), Buffer.from("\r\n")]);
  const digits = String(first.length - 6 + bytes(behind).length - 4).padStart(4, "0");
  return bytes({ ...front, lengthText: digits });
}
/** A frame whose damaged CRC, one of 256, gives the long segment that reaches over `behind` its right CRC. */
function fitting(behind: FrameSpec): FrameSpec {
  for (let i = 0; i < 10_000; i++) {
    const front = frame("11.1", { crcText: () => hex4(i) });
    const both = Buffer.concat([reaching(front, behind), Buffer.from("\r\n"), bytes(behind)]);
    if (hex4(annexA(both.subarray(6, -4))) === both.subarray(-4).toString("latin1")) return front;
  }
  throw new RangeError("no frame by which the CRC fits");
}
const OVER: Reason[] = ["length", "crc", "noise"];
const over: CorpusCase[] = [
  make(
    "length-reaches-next",
    2017,
    [
      "长度误盖到后一包末尾，后一包仍须读出",
      "the length reaches to the end of the next frame, which is read all the same",
    ],
    MADE,
    [bad(reaching(a, b), ...OVER), END, { frame: b }],
  ),
  make(
    "length-reaches-next-crc-fits",
    2017,
    ["同上，而 CRC 碰巧相符", "the same, and by chance its CRC fits"],
    MADE,
    [bad(reaching(fitting(b), b), ...OVER), END, { frame: b }],
    {
      differs: [
        "只信长度与 CRC 的接收方会得到内含 && 的一包，拒收后丢失后一包",
        "a reader that trusts length and CRC sees one frame with && inside and loses the second with it",
      ],
    },
  ),
];

const cuts = (
  [
    ["hashes", 2],
    ["length", 4],
    ["header", 40],
    ["cp", 110],
    ["close", n(a) + 5],
    ["crc", n(a) + 8],
  ] as const
).flatMap(([where, size]) => {
  const stump = bytes(a).subarray(0, size);
  const shows = [`在 ${size} 字节处截断（${where}）`, `cut short at ${size} bytes (${where})`] as const;
  const first: Reason[] = where === "hashes" ? ["length", "noise"] : ["length", "crc", "noise"];
  return [
    make(`cut-${where}`, 2017, shows, MADE, [bad(stump, ...first)]),
    make(
      `cut-${where}-then-frame`,
      2017,
      [`${shows[0]}，后接完整一包`, `${shows[1]}, a whole frame right behind`],
      MADE,
      [bad(stump, ...first), { frame: b }],
    ),
  ];
});

const bare = (spec: FrameSpec, ...deviations: string[]): Part => ({ frame: { ...spec, closing: "", deviations } });
const between: CorpusCase[] = [
  make("glued-two", 2017, ["两包首尾相接", "two frames back to back"], MADE, [{ frame: a }, { frame: b }]),
  make("glued-three-no-crlf", 2017, ["三包相接，其间无回车换行", "three frames without CRLF between"], MADE, [
    bare(a, "no-crlf"),
    bare(b, "no-crlf"),
    { frame: c },
  ]),
  make("closing-none", 2017, ["包尾无回车换行", "no CRLF behind the frame"], MADE, [bare(a, "no-crlf")]),
  one("closing-cr", 2017, ["包尾只有回车", "CR alone"], MADE, { ...a, closing: "\r", deviations: ["cr-only"] }),
  one("closing-lf", 2017, ["包尾只有换行", "LF alone"], MADE, { ...a, closing: "\n", deviations: ["lf-only"] }),
  make("closing-many", 2017, ["多余空行", "empty lines between frames"], MADE, [
    { pass: "\r\n\n\r\n" },
    { frame: a },
    { pass: "\r\n\r\n" },
    { frame: b },
    END,
  ]),
  make("noise-before", 2017, ["包前杂音", "noise before a frame"], MADE, [bad("noise", "noise"), { frame: a }]),
  make("noise-between", 2017, ["包间杂音", "noise between frames"], MADE, [
    { frame: a },
    bad("\x00\x7f!AT+CSQ", "noise"),
    { frame: b },
  ]),
  make("noise-behind", 2017, ["包后杂音", "noise behind a frame"], MADE, [{ frame: a }, bad("OK", "noise")]),
  make("noise-hashes", 2017, ["杂音中含 ##", "noise with ## in it"], MADE, [
    bad("##x##12y##", "length", "noise"),
    { frame: a },
  ]),
  make("noise-one-hash", 2017, ["包头多一个 #", "one # too many"], MADE, [bad("#", "length", "noise"), { frame: a }]),
  make("noise-only", null, ["只有杂音", "noise alone"], MADE, [bad("hello, this is not a frame", "noise"), END]),
  make(
    "frame-in-stump",
    2017,
    ["被截断的包声称的长度盖过后面完整的包", "the length of a stump reaches over whole frames"],
    MADE,
    [bad(`##0400${text(a).slice(6, 90)}`, "length", "crc", "noise"), { frame: b }, { frame: c }],
  ),
  make("two-stumps", 2017, ["连续两个残包", "two stumps in a row"], MADE, [
    bad(Buffer.concat([bytes(a).subarray(0, 60), bytes(b).subarray(0, 60)]), "length", "crc", "noise"),
    { frame: c },
  ]),
];

const whole = bytes(a).length + 2;
const chunks = (
  [
    ["one-byte-first", [1]],
    ["in-length", [4]],
    ["in-header", [40]],
    ["in-close", [n(a) + 5]],
    ["in-crc", [n(a) + 8]],
    ["before-crlf", [n(a) + 10]],
    ["in-crlf", [n(a) + 11]],
    ["second-begins", [whole + 1]],
    ["many", [1, 1, 1, 3, 7, 20, 50, 60, 30, 9]],
  ] as [string, number[]][]
).map(([name, cut]) =>
  make(
    `chunks-${name}`,
    2017,
    [`TCP 分段：${cut.join(", ")} 字节，余下一段`, `a stream cut in ${cut.join(", ")} bytes and the rest`],
    MADE,
    [{ frame: a }, { frame: b }],
    { chunks: cut },
  ),
);

const packet = (pno: string, more: FrameSpec): FrameSpec => ({ cn: "2051", flag: 7, pnum: "2", pno, ...more });
const DT = at("20261001082900");
const first = packet("1", { cp: [DT, pollutant("a21002", { Avg: "38.6", ZsAvg: "43.5", Flag: "N" })] });
const second = packet("2", { cp: [DT, pollutant("a19001", { Avg: "7.7", Flag: "N" }), [facility(1, 1)]] });
const { groups: _, ...joinedSays } = build({ ...first, cp: [...first.cp!, ...second.cp!.slice(1)] }).says;
const joined = [
  {
    mn: "330483A890001600000169C1",
    cn: "2051",
    qn: "20261001083000123",
    packets: 2,
    dataTime: joinedSays.dataTime,
    readings: joinedSays.readings,
    facilities: joinedSays.facilities,
  },
];
const PACKETS = clause(HJ2017, "Flag bit D, PNUM, PNO");
const packets: CorpusCase[] = [
  make("packets-in-order", 2017, ["两包一组", "a set of two packets"], PACKETS, [{ frame: first }, { frame: second }], {
    joined,
  }),
  make(
    "packets-reversed",
    2017,
    ["后包先到", "the second packet comes first"],
    MADE,
    [{ frame: second }, { frame: first }],
    { joined },
  ),
  make(
    "packets-sent-twice",
    2017,
    ["首包重发", "the first packet comes twice"],
    MADE,
    [{ frame: first }, { frame: first }, { frame: second }],
    { joined },
  ),
  make(
    "packets-one-missing",
    2017,
    ["缺第二包：首包自带 DataTime，仍可读", "the second is missing: the first says what it says"],
    MADE,
    [{ frame: first }],
    { joined: [] },
  ),
  one("packets-without-bit", 2017, ["有包号而 Flag 无 D 位", "packet numbers without bit D"], MADE, {
    ...first,
    flag: 5,
    pnum: "1",
    deviations: ["packet-without-bit"],
  }),
  one("packets-pno-first", 2017, ["PNO 在 PNUM 之前", "PNO before PNUM"], FIELD, {
    ...first,
    order: ["QN", "ST", "CN", "PW", "MN", "Flag", "PNO", "PNUM"],
    deviations: ["pno-before-pnum"],
  }),
  one("packets-impossible", 2017, ["包号大于总数", "a number beyond the total"], MADE, {
    ...first,
    pno: "3",
    deviations: ["bad-packet-number"],
  }),
];

const LONG = Array.from({ length: 24 }, (_, i) =>
  pollutant(`a${34000 + i}`, { Rtd: "1.25", ZsRtd: "1.50", Flag: "N" }),
);
const sizes: CorpusCase[] = [
  one(
    "size-over-950",
    2017,
    ["数据区超过 950 字节：标准不许，现场可见", "CP beyond the standard's 950 bytes"],
    clause(HJ2017, "6.3.1"),
    { cp: [at("20261001083000"), ...LONG] },
    { differs: ["严格的接收方可以拒收", "a strict reader may refuse it"] },
  ),
  one("size-empty-cp", 2017, ["数据区为空", "an empty CP"], HJ2017, { cn: "3015" }),
];

export const framing = (): CorpusCase[] => [
  ...crc,
  ...length,
  ...over,
  ...cuts,
  ...between,
  ...chunks,
  ...packets,
  ...sizes,
];
