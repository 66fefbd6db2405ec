/**
 * Permits as sheets that a spreadsheet can hold: six kinds of rows, each with its columns, in Chinese or English. What is
 * written with these words is read again with these words (read-sheets.ts, write-sheets.ts).
 */
import type { Said } from "../../register/domain/permit-reasons.ts";

export type SheetKind = "permits" | "contacts" | "facilities" | "outlets" | "devices" | "limits";
export type Language = "zh" | "en";

/** Code of the permits file → what people write for it; the first of each language is what is written out. */
export type Choices = Readonly<Record<string, readonly [zh: string, en: string, ...also: string[]]>>;

export interface SheetColumn {
  /** As the permits file calls it. */
  field: string;
  title: Said;
  /** Other titles it goes by. */
  also: readonly string[];
  form: "text" | "code" | "phone" | "number" | "date" | "time" | "outlets" | "units" | "pollutant" | "told";
  required: boolean;
  choices: Choices | null;
  /** What to write, for the template. */
  note: Said;
  example: Said;
}
export interface Sheet {
  kind: SheetKind;
  title: Said;
  also: readonly string[];
  columns: readonly SheetColumn[];
}

/** The column that says what a row is, where one sheet (or a CSV file) holds all of them. */
export const KIND_TITLES: readonly string[] = ["记录类型", "kind", "类型", "record"];
/** A sheet that only explains; its name is known and nothing is read from it. */
export const NOTES_TITLE: Said = { zh: "填写说明", en: "notes" };
/** Between several codes in one cell: no code may hold it. */
export const SEPARATOR = "|";

type More = Partial<Pick<SheetColumn, "also" | "form" | "required" | "choices">>;
const column = (
  field: string,
  [zh, en]: readonly [string, string],
  [noteZh, noteEn]: readonly [string, string],
  [exampleZh, exampleEn]: readonly [string, string?],
  { also = [], form = "text", required = false, choices = null }: More = {},
): SheetColumn => ({
  field,
  title: { zh, en },
  also,
  form,
  required,
  choices,
  note: { zh: noteZh, en: noteEn },
  example: { zh: exampleZh, en: exampleEn ?? exampleZh },
});

const MANAGEMENT: Choices = {
  key: ["重点管理", "key", "重点"],
  simplified: ["简化管理", "simplified", "简化"],
  registration: ["登记管理", "registration", "登记"],
};
const ROLE: Choices = {
  "environment-manager": ["环保负责人", "environment-manager", "环保主管"],
  operator: ["操作人员", "operator", "运行人员"],
  "legal-person": ["法定代表人", "legal-person", "法人"],
  maintenance: ["运维人员", "maintenance", "运维单位"],
  "town-officer": ["镇街网格员", "town-officer", "网格员"],
};
const FACILITY: Choices = {
  treatment: ["治理设施", "treatment", "治污设施"],
  production: ["生产设施", "production"],
};
const MEDIUM: Choices = {
  gas: ["废气", "gas"],
  water: ["废水", "water"],
  noise: ["噪声", "noise"],
  dust: ["扬尘", "dust"],
};
const STATISTIC: Choices = {
  hour: ["小时均值", "hour", "小时", "时均值"],
  day: ["日均值", "day", "日", "日均"],
  instant: ["瞬时值", "instant", "瞬时"],
  period: ["时段等效值", "period", "时段", "等效声级"],
};
const BASIS: Choices = {
  converted: ["折算浓度", "converted", "折算"],
  measured: ["实测浓度", "measured", "实测"],
};
const PERIOD: Choices = { day: ["昼间", "day", "昼"], night: ["夜间", "night", "夜"] };

const PERMIT_NO = column(
  "permitNo",
  ["许可证编号", "permitNo"],
  ["18 位统一社会信用代码加 3 位数字和 1 个字母", "credit code of 18, 3 digits and a letter"],
  ["91330483MA2ABCD126001P"],
  { also: ["排污许可证编号", "许可证号", "permit number"], form: "code", required: true },
);
const OUTLET = column(
  "outlet",
  ["排放口编号", "outlet"],
  ["“排放口”表里的编号", "a code of the sheet of outlets"],
  ["DA001"],
  { also: ["排放口", "排口编号", "排放口代码"], form: "code", required: true },
);
const MN = column(
  "mn",
  ["MN号", "mn"],
  ["数采仪的设备编号，标准为 24 位；单元格设为文本", "id of the logger, 24 digits as a rule; as text"],
  ["330483A890001600000169C1"],
  { also: ["MN", "设备MN", "设备编号", "数采仪MN号"], form: "code" },
);
const DAY = ["如 2024-01-01", "like 2024-01-01"] as const;
const SINCE = [
  "如 2024-01-01 或 2024-01-01 08:00；留空为一直如此",
  "2024-01-01 or 2024-01-01 08:00; empty: always",
] as const;
const UNTIL = ["此时起不再有效；留空为长期", "no more from then on; empty: open"] as const;

export const SHEETS: readonly Sheet[] = [
  {
    kind: "permits",
    title: { zh: "许可证", en: "permits" },
    also: ["企业", "permit"],
    columns: [
      PERMIT_NO,
      column(
        "name",
        ["企业名称", "name"],
        ["排污单位全称", "full name of the plant"],
        ["（示例）桐乡某热电有限公司", "(example) a power plant"],
        { also: ["单位名称", "排污单位名称"], required: true },
      ),
      column("town", ["镇街", "town"], ["所在镇（街道）", "town or district"], ["崇福镇"], {
        also: ["镇", "镇街道", "所属镇街", "乡镇"],
        required: true,
      }),
      column("industry", ["行业", "industry"], ["行业类别", "line of business"], ["热电联产", "cogeneration"], {
        also: ["行业类别"],
        required: true,
      }),
      column(
        "management",
        ["管理类别", "management"],
        ["重点管理、简化管理或登记管理", "key, simplified or registration"],
        ["重点管理", "key"],
        { required: true, choices: MANAGEMENT },
      ),
      column("validFrom", ["有效期起", "validFrom"], DAY, ["2024-01-01"], {
        also: ["有效期开始", "发证日期"],
        form: "date",
        required: true,
      }),
      column("validTo", ["有效期止", "validTo"], DAY, ["2028-12-31"], {
        also: ["有效期结束", "到期日期"],
        form: "date",
        required: true,
      }),
      column("lon", ["经度", "lon"], ["度，如 120.5", "degrees, like 120.5"], ["120.5"], {
        also: ["longitude"],
        form: "number",
        required: true,
      }),
      column("lat", ["纬度", "lat"], ["度，如 30.6", "degrees, like 30.6"], ["30.6"], {
        also: ["latitude"],
        form: "number",
        required: true,
      }),
    ],
  },
  {
    kind: "contacts",
    title: { zh: "联系人", en: "contacts" },
    also: ["contact"],
    columns: [
      PERMIT_NO,
      column(
        "role",
        ["联系人角色", "role"],
        [
          "环保负责人、操作人员、法定代表人、运维人员或镇街网格员",
          "environment-manager, operator, legal-person, maintenance or town-officer",
        ],
        ["操作人员", "operator"],
        { also: ["角色", "职务"], required: true, choices: ROLE },
      ),
      column(
        "phone",
        ["手机号", "phone"],
        ["如 +8613800000000；中国手机号可不写 +86", "like +8613800000000; +86 may be left out"],
        ["+8613800000000"],
        { also: ["手机", "电话", "联系电话"], form: "phone", required: true },
      ),
    ],
  },
  {
    kind: "facilities",
    title: { zh: "设施", en: "facilities" },
    also: ["facility"],
    columns: [
      PERMIT_NO,
      column("code", ["设施编号", "facility"], ["如 TA001", "like TA001"], ["TA001"], {
        also: ["设施代码", "code"],
        form: "code",
        required: true,
      }),
      column(
        "kind",
        ["设施类型", "facilityKind"],
        ["治理设施或生产设施", "treatment or production"],
        ["治理设施", "treatment"],
        { also: ["facility kind"], required: true, choices: FACILITY },
      ),
      column(
        "outlets",
        ["关联排放口", "outlets"],
        ["排放口编号，多个用 | 隔开", "codes of outlets, with | between them"],
        ["DA001"],
        { form: "outlets" },
      ),
      MN,
      column("sb", ["设施序号", "sb"], ["报文 SB1-RS 里的 1", "the 1 of SB1-RS in its frames"], ["1"], {
        also: ["SB序号", "SB"],
        form: "number",
      }),
    ],
  },
  {
    kind: "outlets",
    title: { zh: "排放口", en: "outlets" },
    also: ["排口", "outlet"],
    columns: [
      PERMIT_NO,
      {
        ...OUTLET,
        field: "code",
        also: [...OUTLET.also, "code"],
        note: { zh: "如 DA001、DW001", en: "like DA001, DW001" },
      },
      column(
        "medium",
        ["排放类型", "medium"],
        ["废气、废水、噪声或扬尘", "gas, water, noise or dust"],
        ["废气", "gas"],
        { also: ["介质", "要素", "排放口类型"], required: true, choices: MEDIUM },
      ),
      column(
        "name",
        ["排放口名称", "outletName"],
        ["如 1 号锅炉排放口", "like boiler 1"],
        ["1 号锅炉排放口", "boiler 1"],
        { also: ["排口名称", "outlet name"], required: true },
      ),
    ],
  },
  {
    kind: "devices",
    title: { zh: "设备", en: "devices" },
    also: ["数采仪", "监测设备", "device"],
    columns: [
      PERMIT_NO,
      OUTLET,
      { ...MN, required: true },
      column("from", ["启用时间", "deviceFrom"], SINCE, ["2024-01-01"], { also: ["device from"], form: "time" }),
      column("to", ["停用时间", "deviceTo"], UNTIL, [""], { also: ["device to"], form: "time" }),
      column(
        "minuteInterval",
        ["分钟间隔", "minuteInterval"],
        ["一条分钟数据代表几分钟；留空为 1", "minutes that one minute record stands for; empty: 1"],
        ["1"],
        { form: "number" },
      ),
      column(
        "units",
        ["上报单位", "units"],
        [
          "设备上报单位与标准不同时写，如 a34001=µg/m³，多个用 | 隔开",
          "where the device sends another unit: a34001=µg/m³, with | between them",
        ],
        [""],
        { form: "units" },
      ),
      column(
        "secretRef",
        ["密钥位置", "secretRef"],
        ["报文加密时密钥的存放位置", "where the key is kept of a device that encrypts"],
        [""],
      ),
    ],
  },
  {
    kind: "limits",
    title: { zh: "限值", en: "limits" },
    also: ["排放限值", "许可限值", "limit"],
    columns: [
      PERMIT_NO,
      OUTLET,
      column(
        "pollutant",
        ["污染物", "pollutant"],
        ["代码（a21002）或名称（氮氧化物）", "its code (a21002) or name"],
        ["a21002"],
        { also: ["污染物代码", "pollutant code"], form: "pollutant", required: true },
      ),
      column(
        "pollutantName",
        ["污染物名称", "pollutantName"],
        ["只供阅读，不导入", "only to be read, not imported"],
        ["氮氧化物", "nitrogen oxides"],
        { form: "told" },
      ),
      column(
        "statistic",
        ["评价方式", "statistic"],
        ["小时均值、日均值、瞬时值或时段等效值", "hour, day, instant or period"],
        ["小时均值", "hour"],
        { required: true, choices: STATISTIC },
      ),
      column(
        "basis",
        ["浓度基准", "basis"],
        ["折算浓度或实测浓度；留空为实测浓度", "converted or measured; empty: measured"],
        ["折算浓度", "converted"],
        { also: ["基准"], choices: BASIS },
      ),
      column(
        "referenceO2",
        ["基准氧含量", "referenceO2"],
        ["%，折算浓度必填", "percent; needed for converted limits"],
        ["6"],
        { also: ["基准含氧量", "参比含氧量"], form: "number" },
      ),
      column("max", ["上限", "max"], ["单位见“填写说明”末尾", "in the unit of the pollutant"], ["50"], {
        also: ["限值", "排放限值", "最大值"],
        form: "number",
      }),
      column("min", ["下限", "min"], ["如 pH 的 6", "like 6 of pH"], [""], { also: ["最小值"], form: "number" }),
      column("period", ["昼夜时段", "period"], ["噪声：昼间或夜间", "noise: day or night"], [""], {
        also: ["时段"],
        choices: PERIOD,
      }),
      column("from", ["生效时间", "limitFrom"], SINCE, [""], { also: ["limit from"], form: "time" }),
      column("to", ["失效时间", "limitTo"], UNTIL, [""], { also: ["limit to"], form: "time" }),
      column("source", ["限值依据", "source"], ["留空为 permit（许可证）", "empty: permit"], ["permit"], {
        also: ["依据"],
      }),
    ],
  },
];

/** A title as it is compared: without blanks, stars, what stands in brackets, and differences of case. */
export const plainTitle = (title: string): string =>
  title
    .normalize("NFKC")
    .replaceAll(/\(.*?\)|[\s*_\-—–:]/g, "")
    .toLowerCase();

const isTitle = (asked: string, { title, also }: { title: Said; also: readonly string[] }): boolean =>
  [title.zh, title.en, ...also].some((each) => plainTitle(each) === plainTitle(asked));

export const sheetNamed = (name: string): Sheet | null => SHEETS.find((sheet) => isTitle(name, sheet)) ?? null;
export const columnTitled = ({ columns }: Sheet, title: string): SheetColumn | null =>
  columns.find((each) => isTitle(title, each)) ?? null;
export const isKindTitle = (title: string): boolean =>
  KIND_TITLES.some((each) => plainTitle(each) === plainTitle(title));
export const isNotes = (name: string): boolean => isTitle(name, { title: NOTES_TITLE, also: ["说明", "readme"] });

const words = new Map<Choices, Map<string, string>>();
/** Every word of the choices, as it is compared, with its code: made once, since a register asks a million times. */
function wordsOf(choices: Choices): Map<string, string> {
  const known = words.get(choices);
  if (known) return known;
  const made = new Map<string, string>();
  for (const [code, [zh, en, ...also]] of Object.entries(choices))
    for (const each of [code, zh, en, ...also]) made.set(plainTitle(each), code);
  words.set(choices, made);
  return made;
}

/** The code that a cell means; null when it is none of them. */
export const choiceOf = (choices: Choices, cell: string): string | null =>
  choices[cell] === undefined ? (wordsOf(choices).get(plainTitle(cell)) ?? null) : cell;
