/** What is exported and imported again is the same register, in both forms and both languages. */
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loadRuleData } from "../../../layers/rule-data.ts";
import { csvOf, workbookOf } from "../export/table-file.ts";
import { permitForm } from "../../../functions/register/domain/file-form.ts";
import { checkPermits } from "../../../functions/register/domain/parse-permits.ts";
import type { Permit } from "../../../functions/register/domain/permit.ts";
import { permitNo } from "../../../functions/register/fixtures.ts";
import { writeSheets, writeTable, type WrittenSheet } from "../../../functions/imports/domain/write-sheets.ts";
import { readFile } from "../../../functions/imports/read-file.ts";

const ruleData = loadRuleData(join(import.meta.dirname, "../../../layers/rule-data"));
const nameOf = (code: string): string => ruleData.pollutants.get(code)?.zh ?? code;

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const csv = ({ columns, rows }: WrittenSheet): Uint8Array =>
  encoded(csvOf(rows, columns.map((title, i) => ({ title, value: (row: WrittenSheet["rows"][0]) => row[i] ?? null })))); // prettier-ignore
async function xlsx(sheets: readonly WrittenSheet[]): Promise<Uint8Array> {
  const blob = await workbookOf(sheets.map(({ columns, ...rest }) => ({ ...rest, columns: columns.map((title) => ({ title })) }))); // prettier-ignore
  return new Uint8Array(await blob.arrayBuffer());
}

/** A word as people write it, with what spreadsheets like to get wrong; blanks around it are not kept. */
const word = fc
  .oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      "=1+1",
      "+86",
      "'=x",
      "'''@",
      "-5",
      'a,b"c',
      "第一行\n第二行",
      "_x0041_",
      "00123",
      "1E5",
      "<b>&amp;",
      "constructor",
    ),
  )
  .map((text) =>
    text
      .normalize("NFC")
      // oxlint-disable-next-line no-control-regex -- XML holds none of them
      .replaceAll(/[\u0000-\u001F\u007F-\u009F\uD800-\uDFFF\uFEFF\uFFFE\uFFFF]/g, "x")
      .trim(),
  )
  .filter((text) => text !== "" && !text.startsWith("#"));
const code = fc.stringMatching(/^[A-Za-z0-9,;、.-]{1,12}$/).filter((text) => !/^\dE/i.test(text) && !/^\d\.\d+E/i.test(text)); // prettier-ignore
const moment = fc.integer({ min: Date.parse("1990-01-01T00:00:00Z"), max: Date.parse("2090-01-01T00:00:00Z") });
const span = fc
  .tuple(fc.option(moment, { nil: null }), fc.option(fc.integer({ min: 1, max: 1e12 }), { nil: null }))
  .map(([from, more]) => ({ from, to: more === null ? null : (from ?? 0) + more }));
const pollutants = [...ruleData.pollutants.keys()];
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((n) => n + 0);

const limit = fc
  .record({
    pollutant: fc.constantFrom(...pollutants),
    statistic: fc.constantFrom("hour", "day", "instant", "period"),
    basis: fc.constantFrom("converted", "measured"),
    bounds: fc.tuple(number, number),
    period: fc.constantFrom("day", "night", null),
    source: word,
    span,
  })
  .map(({ bounds, period, span: times, ...rest }) => ({
    ...rest,
    referenceO2: rest.basis === "converted" ? 6 : null,
    max: Math.max(...bounds),
    min: rest.statistic === "instant" ? Math.min(...bounds) : null,
    period: rest.statistic === "period" ? period : null,
    ...times,
  }));

/** Any register that a file could make, with names as odd as they come. */
const register = fc
  .array(
    fc.record({
      name: word,
      town: word,
      industry: word,
      management: fc.constantFrom("key", "simplified", "registration"),
      lon: number.filter((n) => Math.abs(n) <= 180),
      lat: number.filter((n) => Math.abs(n) <= 90),
      contacts: fc.array(
        fc.record({
          role: fc.constantFrom("environment-manager", "operator", "legal-person", "maintenance", "town-officer"),
          phone: fc.stringMatching(/^\+[1-9]\d{6,14}$/),
        }),
        { maxLength: 3 },
      ),
      facilities: fc.uniqueArray(code, { maxLength: 3 }),
      outlets: fc.uniqueArray(
        fc.record({
          code,
          medium: fc.constantFrom("gas", "water", "noise", "dust"),
          name: word,
          devices: fc.array(
            fc.record({ span, minuteInterval: fc.constantFrom(1, 5, 60), secretRef: fc.option(word, { nil: null }) }),
            { maxLength: 2 },
          ),
          limits: fc.array(limit, { maxLength: 4 }),
        }),
        { selector: (outlet) => outlet.code, maxLength: 3 },
      ),
    }),
    { maxLength: 4 },
  )
  .map((plants): Permit[] => {
    let devices = 0;
    return plants.map(({ lon, lat, facilities, outlets, ...plant }, i) => ({
      ...plant,
      permitNo: permitNo(i),
      validFrom: "2024-01-01",
      validTo: "2028-12-31",
      location: { lon, lat },
      facilities: facilities.map((each, n) => ({
        code: each,
        kind: n % 2 === 0 ? ("treatment" as const) : ("production" as const),
        outlets: outlets.slice(0, n).map((outlet) => outlet.code),
        mn: n === 0 ? null : `POWER-${i}`,
        sb: n === 0 ? null : n,
      })),
      outlets: outlets.map((outlet) => ({
        ...outlet,
        devices: outlet.devices.map(({ span: times, ...device }) => ({
          ...device,
          mn: `MN-${devices++}`,
          from: times.from ?? 0,
          to: times.to,
          units: devices % 2 === 0 ? { a34001: "µg/m³", a21002: "mg/m3" } : {},
        })),
        // Of one pollutant and statistic only one: they may not overlap.
        limits: [...new Map(outlet.limits.map((each) => [`${each.pollutant} ${each.statistic}`, each])).values()],
      })),
    }));
  });

test("a register that was exported as CSV or XLSX, in Chinese or English, is the same when it is imported", async () => {
  let plants = 0;
  await fc.assert(
    fc.asyncProperty(register, fc.constantFrom("zh", "en"), async (permits, language) => {
      const forms = permits.map(permitForm);
      const sane = checkPermits(JSON.parse(JSON.stringify({ permits: forms })), ruleData);
      expect(sane).toEqual({ ok: true, permits });
      fc.pre(permits.length > 0);
      plants += permits.length;
      const sheets = writeSheets(forms, language, nameOf);
      for (const [format, bytes] of [
        ["xlsx", await xlsx(sheets)],
        ["csv", csv(writeTable(sheets, language))],
      ] as const) {
        const read = readFile(bytes, ruleData);
        expect(read.problems, format).toEqual([]);
        expect(read.notes, format).toEqual([]);
        expect([format, read.format, read.permits]).toEqual([format, format, permits]);
      }
    }),
    { numRuns: 80, seed: 7 },
  );
  expect(plants).toBeGreaterThan(60);
}, 120_000);
