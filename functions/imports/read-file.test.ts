import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import writeXlsx from "write-excel-file/universal";
import { loadRuleData } from "../../layers/rule-data.ts";
import { gasLimit, outlet, permit, permitNo } from "../register/fixtures.ts";
import { readFile, type FileProblem } from "./read-file.ts";

const ruleData = loadRuleData(join(import.meta.dirname, "../../layers/rule-data"));
const read = (bytes: Uint8Array | string) =>
  readFile(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes, ruleData);
/** Problems as `sheet!line:column zh`. */
const said = (problems: readonly FileProblem[]): string[] =>
  problems.map(({ sheet, line, column, zh }) => `${sheet ?? ""}!${line ?? ""}:${column ?? ""} ${zh}`);

interface Part {
  name: string;
  body: Uint8Array;
  flags?: number;
  /** What the directory says that it unpacks to. */
  claims?: number;
}
/** A ZIP file made by hand, so that it may lie. */
function zip(parts: readonly Part[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, body, flags = 0, claims = body.length } of parts) {
    const packed = deflateRawSync(body);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    locals.push(local, Buffer.from(name), packed);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(claims, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(at, 42);
    central.push(entry, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...central, end]);
}
const text = (value: string): Buffer => Buffer.from(value);
/** A workbook of one sheet. */
const book = (sheet: string | Uint8Array, more: readonly Part[] = []): Part[] => [
  {
    name: "xl/workbook.xml",
    body: text('<workbook xmlns:r="r"><sheets><sheet name="许可证" sheetId="1" r:id="rId1"/></sheets></workbook>'),
  },
  {
    name: "xl/_rels/workbook.xml.rels",
    body: text('<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'),
  },
  { name: "xl/worksheets/sheet1.xml", body: typeof sheet === "string" ? text(sheet) : sheet },
  ...more,
];
const inline = (at: string, value: string): string => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;

describe("a wrong file is refused, and says what to do", () => {
  const compound = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), Buffer.alloc(600)]);
  test.each<[string, Uint8Array | string, RegExp]>([
    ["nothing", "", /文件是空的.*下载模板/],
    ["blanks", " \r\n", /文件是空的/],
    [
      "a picture",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d),
      /这是图片.*JSON、CSV 或 XLSX/,
    ],
    ["a photograph", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /这是图片/],
    ["a document", "%PDF-1.7 …", /PDF/],
    ["an old workbook", compound, /另存为 XLSX/],
    ["a workbook with a password", Buffer.concat([compound, Buffer.from("EncryptedPackage", "utf16le")]), /去掉密码/],
    ["an encrypted archive", zip([{ name: "xl/workbook.xml", body: text("<x/>"), flags: 1 }]), /去掉密码/],
    ["an archive", zip([{ name: "permits.json", body: text("{}") }]), /压缩包.*解压/],
    ["half a workbook", zip(book("<worksheet/>")).subarray(0, 300), /损坏/],
    ["two letters", "PK", /损坏/],
    ["a workbook whose XML breaks off", zip(book("<worksheet><row r='1'><c")), /损坏/],
    ["bytes", Uint8Array.from({ length: 500 }, (_, i) => (i * 7) % 256), /二进制/],
    [
      "a workbook of something else",
      zip(book(`<worksheet><row r="1">${inline("A1", "姓名")}</row></worksheet>`)),
      /缺少“许可证编号”|每家企业都要/,
    ],
    ["another table", "姓名,电话\r\n张三,1390000\r\n", /没有“记录类型”一列.*下载模板/],
    ["half a table", '记录类型,企业名称\r\n许可证,"桐乡\r\n', /引号没有成对/],
  ])("%s", (_, bytes, reason) => {
    const { permits, problems } = read(bytes);
    expect(permits).toBeNull();
    expect(problems.map(({ zh }) => zh).join("\n")).toMatch(reason);
    for (const { en } of problems) expect(en).not.toMatch(/\p{Script=Han}/u);
  });

  test("a bomb: what it unpacks to is bounded, whatever it says of itself", () => {
    const bomb = zip(book(Buffer.alloc(401 * 2 ** 20, " "), []).map((part) => ({ ...part, claims: 100 })));
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(said(read(bomb).problems)).toEqual([expect.stringMatching(/解开后太大/)]);
  });

  test("one cell at the far corner takes no more than one cell", () => {
    const row = inline("XFD1048576", "x");
    const { problems } = read(zip(book(`<worksheet><row r="1048576">${row}</row></worksheet>`)));
    expect(said(problems)[0]).toMatch(/^许可证!1048576:|每家企业都要/);
  });

  test("any bytes are answered, never thrown at", () => {
    const good = zip(book(`<worksheet><row r="1">${inline("A1", "许可证编号")}</row></worksheet>`));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(good.length), (bytes, at) => {
        expect(read(bytes).permits === null || bytes.length > 0).toBe(true);
        const damaged = Buffer.concat([good.subarray(0, at), bytes, good.subarray(at + bytes.length)]);
        expect(Array.isArray(read(damaged).problems)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("an error is named by its line", () => {
  const json = JSON.stringify(
    { permits: [permit(1), permit(2, { town: undefined, outlets: [outlet({ limits: [gasLimit({ max: "50" })] })] })] },
    null,
    2,
  );
  const lineOf = (part: string, from = 0): number => json.slice(0, json.indexOf(part, from)).split("\n").length;
  test("of a JSON file, with its column; what is missing, where the plant begins", () => {
    const second = json.indexOf(permitNo(2));
    expect(said(read(json).problems)).toEqual([
      `!${lineOf('"permitNo"', second - 20) - 1}:5 缺少此项`,
      `!${lineOf('"max"', second)}:15 应为数字，现为 "50"`,
    ]);
  });
  test("where it is no JSON at all", () => {
    const broken = json.replace('"industry": "热电联产",', '"industry": "热电联产"');
    expect(said(read(broken).problems)).toEqual([
      expect.stringMatching(`^!${lineOf('"management"')}:7 .*第 ${lineOf('"management"')} 行`),
    ]);
  });
  test("JSON of another encoding", () => {
    const bytes = Uint8Array.of(0x7b, 0x22, 0xb9, 0xa4, 0xb3, 0xa7, 0x22, 0x7d);
    expect(said(read(bytes).problems)).toEqual(["!: JSON 文件不是 UTF-8 编码：请另存为 UTF-8（不要用 GBK）"]);
  });

  const head =
    "记录类型,许可证编号,企业名称,镇街,行业,管理类别,有效期起,有效期止,经度,纬度,排放口编号,排放类型,排放口名称,污染物,评价方式,浓度基准,基准氧含量,上限,备注";
  const plant = `许可证,${permitNo(1)},"桐乡
热电",崇福镇,热电联产,重点,2024/1/1,2028年12月31日,120.5,30.6`;
  const outletRow = `排放口,${permitNo(1)},,,,,,,,,DA001,废气,锅炉`;
  const limitRow = (max: string, pollutant = "氮氧化物"): string =>
    `限值,${permitNo(1)},,,,,,,,,DA001,,,${pollutant},小时,折算,6,${max}`;
  test("of a CSV file, also behind a text of two lines", () => {
    const { problems, notes } = read([head, plant, outletRow, limitRow("五十")].join("\r\n"));
    expect(said(problems)).toEqual(['!5:上限 应为数字，现为 "五十"']);
    expect(notes).toEqual([{ en: 'column "备注" is not known and was not read', zh: "“备注”一列不认识，没有读取" }]);
  });
  test("a good CSV file, in Excel's own encoding as in UTF-8", () => {
    const good = [head, plant, outletRow, limitRow("50")].join("\n");
    const utf8 = read(`\uFEFF${good}`);
    expect(utf8.problems).toEqual([]);
    expect(utf8.permits).toMatchObject([
      {
        permitNo: permitNo(1),
        name: "桐乡\n热电",
        management: "key",
        validFrom: "2024-01-01",
        validTo: "2028-12-31",
        outlets: [{ code: "DA001", limits: [{ pollutant: "a21002", statistic: "hour", basis: "converted", max: 50 }] }],
      },
    ]);
    // 桐乡 in GBK.
    const [before, after] = ["许可证编号,town,name,industry,management,validFrom,validTo,lon,lat,kind\n", `,key,2024-01-01,2028-12-31,120,30,permits\n`]; // prettier-ignore
    const gbk = Buffer.concat([
      Buffer.from([0xd0, 0xed, 0xbf, 0xc9, 0xd6, 0xa4, 0xb1, 0xe0, 0xba, 0xc5]),
      Buffer.from(before.slice(5)),
      Buffer.from(`${permitNo(1)},`),
      Buffer.from([0xcd, 0xa9, 0xcf, 0xe7]),
      Buffer.from(",n,i"),
      Buffer.from(after),
    ]);
    const read18030 = read(gbk);
    expect(read18030.problems).toEqual([]);
    expect([read18030.encoding, read18030.permits?.[0]?.town]).toEqual(["gb18030", "桐乡"]);
  });
  test.each<[string, string[], string]>([
    ["a row of no plant", [`限值,${permitNo(9)},,,,,,,,,DA001`], `!5:许可证编号 “许可证”表里没有 ${permitNo(9)}`],
    ["a row of no outlet", [limitRow("50").replace("DA001", "DA009")], "!5:排放口编号 “排放口”表里没有"],
    ["an unknown kind", ["限值们,x"], "!5:记录类型 不认识的记录类型“限值们”"],
    ["an unknown word", [limitRow("50").replace("小时", "周")], "!5:评价方式 应为小时均值、日均值"],
    ["an error of a formula", [limitRow("#N/A")], "!5:上限 单元格里是公式错误 #N/A"],
    ["a number that was a code", [`设备,${permitNo(1)},,,,,,,,,DA001`], "!1: 缺少“MN号”一列"],
    ["an unknown pollutant", [limitRow("50", "仙气")], "!5:污染物 不认识污染物 仙气"],
    ["a limit twice", [limitRow("50"), limitRow("40")], "!6: 与同一排放口的第 1 条限值时间重叠"],
  ])("%s", (_, rows, problem) => {
    const found = said(read([head, plant, outletRow, ...rows].join("\n")).problems);
    expect(found).toEqual([expect.stringContaining(problem)]);
  });

  test("of a workbook: the row of its sheet and the column's title; dates are read as dates", async () => {
    const cell = (value: string | number | Date | null) =>
      value === null ? null : { value, type: value instanceof Date ? Date : typeof value === "number" ? Number : String, ...(value instanceof Date && { format: "yyyy-mm-dd" }) }; // prettier-ignore
    const day = (iso: string): Date => new Date(`${iso}T00:00:00Z`);
    const sheets = (max: string | number) => [
      {
        sheet: "许可证",
        data: [
          ["许可证编号*", "企业名称", "镇（街道）", "行业", "管理类别", "有效期起", "有效期止", "经度（°）", "纬度"],
          [permitNo(1), "热电", "崇福镇", "热电", "重点管理", day("2024-01-01"), day("2028-12-31"), 120.5, 30.6],
        ].map((row) => row.map(cell)),
      },
      { sheet: "排放口", data: [["许可证编号", "排放口编号", "排放类型", "排放口名称"], [permitNo(1), "DA001", "废气", "锅炉"]].map((row) => row.map(cell)) }, // prettier-ignore
      {
        sheet: "限值",
        data: [
          ["许可证编号", "排放口编号", "污染物", "评价方式", "上限", "生效时间"],
          [],
          [permitNo(1), "DA001", "a21002", "小时均值", max, day("2026-01-01")],
        ].map((row) => row.map(cell)),
      },
      { sheet: "Sheet4", data: [["x"]].map((row) => row.map(cell)) },
    ];
    const made = async (max: string | number) =>
      read(new Uint8Array(await (await writeXlsx(sheets(max) as never).toBlob()).arrayBuffer()));
    const good = await made(50);
    expect(said(good.problems)).toEqual([]);
    expect(good.permits).toMatchObject([
      {
        validFrom: "2024-01-01",
        outlets: [{ limits: [{ max: 50, from: Date.parse("2025-12-31T16:00:00Z") }] }],
      },
    ]);
    expect(good.notes.map(({ zh }) => zh)).toEqual(["工作表“Sheet4”没有读取"]);
    expect(said((await made("很多")).problems)).toEqual(['限值!3:上限 应为数字，现为 "很多"']);
    expect(good.placesOf(["permits[0].location.lat", "permits[0].outlets[0].limits[0]"])).toEqual(
      new Map([
        ["permits[0].location.lat", { sheet: "许可证", line: 2, column: "纬度" }],
        ["permits[0].outlets[0].limits[0]", { sheet: "限值", line: 3, column: null }],
      ]),
    );
  });
});
