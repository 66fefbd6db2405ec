/** Why a table of permits cannot be read, in both languages; beside the reasons of the permits file (permit-reasons.ts). */
import type { Said } from "../../register/domain/permit-reasons.ts";

export const SHEET_REASONS = {
  noKind: (): Said => ({
    en: 'the file has no column "kind" that says what each row is: download the template and fill it in',
    zh: "文件里没有“记录类型”一列，看不出每行是什么：请下载模板，按模板填写",
  }),
  noSheet: (names: readonly string[]): Said => ({
    en: `none of the sheets is one of permits, contacts, facilities, outlets, devices, limits (found: ${names.join(", ")}): download the template and fill it in`,
    zh: `没有“许可证”“排放口”等工作表（现有：${names.join("、")}）：请下载模板，按模板填写`,
  }),
  noPermits: (): Said => ({
    en: "there is no row of a permit: each plant needs a row in the sheet of permits, also when only its limits change",
    zh: "没有一行“许可证”：每家企业都要在“许可证”表里有一行，只改限值也要写",
  }),
  noColumn: (zh: string, en: string): Said => ({ en: `the column "${en}" is missing`, zh: `缺少“${zh}”一列` }),
  titleTwice: (title: string): Said => ({
    en: `the column "${title}" stands twice: which one counts cannot be known`,
    zh: `“${title}”一列出现了两次，不知道以哪列为准`,
  }),
  unknownKind: (cell: string): Said => ({
    en: `unknown kind "${cell}": permits, contacts, facilities, outlets, devices or limits`,
    zh: `不认识的记录类型“${cell}”：应为许可证、联系人、设施、排放口、设备或限值`,
  }),
  noPermitRow: (permitNo: string): Said => ({
    en: `there is no permit ${permitNo} in the sheet of permits`,
    zh: `“许可证”表里没有 ${permitNo}`,
  }),
  noOutletRow: (outlet: string, permitNo: string): Said => ({
    en: `there is no outlet ${outlet} of ${permitNo} in the sheet of outlets`,
    zh: `“排放口”表里没有 ${permitNo} 的 ${outlet}`,
  }),
  missing: (): Said => ({ en: "is missing", zh: "缺少此项" }),
  formula: (cell: string): Said => ({
    en: `the cell holds the error ${cell} of a formula`,
    zh: `单元格里是公式错误 ${cell}`,
  }),
  numberForCode: (cell: string): Said => ({
    en: `the spreadsheet made the number ${cell} of it and lost its last digits: make the cells text and enter it again`,
    zh: `表格软件把它变成了数字 ${cell}，末几位已丢失：请把单元格设为“文本”后重新填写`,
  }),
  notOneOf: (cell: string, words: { zh: readonly string[]; en: readonly string[] }): Said => ({
    en: `must be ${words.en.join(" or ")}, is "${cell}"`,
    zh: `应为${words.zh.join("、")}，现为“${cell}”`,
  }),
  unitForm: (piece: string): Said => ({
    en: `"${piece}" is not of the form a34001=µg/m³`,
    zh: `“${piece}”不是 a34001=µg/m³ 这样的写法`,
  }),
  severalPollutants: (name: string, codes: readonly string[]): Said => ({
    en: `"${name}" is the name of ${codes.join(" and ")}: write the code`,
    zh: `“${name}”对应 ${codes.join("、")}：请写代码`,
  }),
} as const;

/** What was not read, and is no error. */
export const SHEET_NOTES = {
  unknownSheet: (name: string): Said => ({ en: `sheet "${name}" was not read`, zh: `工作表“${name}”没有读取` }),
  unknownColumn: (sheet: string | null, title: string): Said => ({
    en: `column "${title}"${sheet === null ? "" : ` of sheet "${sheet}"`} is not known and was not read`,
    zh: `${sheet === null ? "" : `工作表“${sheet}”的`}“${title}”一列不认识，没有读取`,
  }),
} as const;
