import { inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { csvOf, xlsxOf, type Cell, type Column } from "./table-file.ts";

const columns: Column<Cell[]>[] = [
  { title: "企业", value: (row) => row[0] ?? null },
  { title: "限值", value: (row) => row[1] ?? null },
];

test("CSV: a mark for UTF-8, quotes where they are needed, no formulas", () => {
  expect(
    csvOf(
      [
        ["a,b", 1.5],
        ['say "hi"', null],
        ["=1+1", -2],
        ["第一行\n第二行", 0],
      ],
      columns,
    ),
  ).toBe('\uFEFF企业,限值\r\n"a,b",1.5\r\n"say ""hi""",\r\n\'=1+1,-2\r\n"第一行\n第二行",0\r\n');
});

test("no rows are a header", () => expect(csvOf([], columns)).toBe("\uFEFF企业,限值\r\n"));

test("XLSX: texts are texts, numbers are numbers, and what XML cannot hold is replaced", async () => {
  const blob = await xlsxOf(
    [
      ["=HYPERLINK(1)\u0001", 35],
      ["<script>&", null],
    ],
    columns,
    "预警",
  );
  const entries = unzip(Buffer.from(await blob.arrayBuffer()));
  const sheet = [...entries].find(([name]) => name.endsWith("sheet1.xml"))?.[1] ?? "";
  const all = [...entries.values()].join("");
  expect(sheet).not.toContain("<f>");
  expect(sheet).toContain("<v>35</v>");
  expect(all).toContain("<t>=HYPERLINK(1)</t>");
  expect(all).toContain("&lt;script&gt;&amp;");
  expect(all).toContain("预警");
});

/** By the central directory: name → text. */
function unzip(zip: Buffer): Map<string, string> {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06"));
  let at = zip.readUInt32LE(end + 16);
  const found = new Map<string, string>();
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    const [name, extra, comment] = [28, 30, 32].map((o) => zip.readUInt16LE(at + o)) as [number, number, number];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    const text = (zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed).toString("utf8");
    found.set(zip.toString("utf8", at + 46, at + 46 + name), text);
    at += 46 + name + extra + comment;
  }
  return found;
}
