/** Why a file is no register at all, and what to do instead, in both languages. */
import type { Said } from "../../register/domain/permit-reasons.ts";

const FORMS: Said = {
  en: "choose a permits file in JSON, CSV or XLSX; the template is on this page",
  zh: "请选择 JSON、CSV 或 XLSX 格式的许可证文件；本页可下载模板",
};
const other = (en: string, zh: string): Said => ({ en: `this is ${en}: ${FORMS.en}`, zh: `这是${zh}：${FORMS.zh}` });

export const FILE_REASONS = {
  empty: (): Said => ({ en: `the file is empty: ${FORMS.en}`, zh: `文件是空的：${FORMS.zh}` }),
  picture: (): Said => other("a picture", "图片"),
  pdf: (): Said => other("a PDF document", "PDF 文档"),
  archive: (): Said => ({
    en: "this is an archive or another document, and no workbook: unpack it, and choose the XLSX file in it",
    zh: "这是压缩包或其他文档，不是工作簿：请解压后选择里面的 XLSX 文件",
  }),
  oldExcel: (): Said => ({
    en: "this is a workbook of Excel 97–2003 (.xls): save it as XLSX and choose that",
    zh: "这是 Excel 97–2003 工作簿（.xls）：请另存为 XLSX 再选择",
  }),
  password: (): Said => ({
    en: "the workbook is protected by a password: remove it (File, Info, Protect Workbook) and save it again",
    zh: "工作簿有密码：请在“文件—信息—保护工作簿”里去掉密码，保存后再选择",
  }),
  damagedWorkbook: (): Said => ({
    en: "the workbook is damaged or was not copied whole: open it, save it again and choose it once more",
    zh: "工作簿已损坏或没有复制完整：请打开后重新保存，再选择一次",
  }),
  unpacksTooLarge: (): Said => ({
    en: "the workbook unpacks to more than a register can have: take out what does not belong there, or split it",
    zh: "工作簿解开后太大，不像许可证名册：请删去无关内容，或分成几个文件",
  }),
  noText: (): Said => other("neither text nor a workbook", "二进制文件，既不是文本也不是工作簿"),
  notJson: (line: number | null, column: number | null, en: string): Said => ({
    en: `the file is not JSON: ${en}`,
    zh: `文件不是合法的 JSON${line === null ? "" : `：第 ${line} 行第 ${column} 个字附近写错`}，后面的内容都读不出来`,
  }),
  notCsv: (en: string): Said => ({
    en: `the table breaks off here: ${en}`,
    zh: "表格从这里起读不出来：多半是引号没有成对，请检查这一行",
  }),
  notWhole: (): Said => ({
    en: "the parts that arrived do not make the file that was announced: upload it once more",
    zh: "收到的内容和选择的文件不一致：请重新上传",
  }),
} as const;
