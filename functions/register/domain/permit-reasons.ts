/** Why a permits file is refused, in both languages: its results are English (contract.md), the console shows Chinese first. */

/** One reason, in words a person can act on. */
export interface Said {
  en: string;
  zh: string;
}

const STATISTIC_ZH: Readonly<Record<string, string>> = {
  hour: "小时均值",
  day: "日均值",
  instant: "瞬时值",
  period: "时段等效值",
};
const PERIOD_ZH = { day: "昼间", night: "夜间" } as const;

export const REASONS = {
  otherNumber: (permitNo: string): Said => ({
    en: `must stay ${permitNo}: another number is another permit, which is imported`,
    zh: `应保持 ${permitNo}：换号即另一份许可证，请用导入`,
  }),
  tooManyDevices: (most: number): Said => ({
    en: `changes the bindings of more than ${most} devices at once: save it in parts, or import it`,
    zh: `一次改动了 ${most} 台以上设备的绑定：请分几次保存，或用导入`,
  }),
  tooLong: (most: number): Said => ({
    en: `is longer than ${most} bytes as a whole: shorten names and sources`,
    zh: `整份许可证超过 ${most} 字节：请缩短名称和依据`,
  }),
  endsBefore: (validFrom: string): Said => ({
    en: `is before validFrom ${validFrom}`,
    zh: `早于有效期起始日 ${validFrom}`,
  }),
  usedBy: (first: string): Said => ({ en: `is already used by ${first}`, zh: `与 ${first} 重复` }),
  noSuchOutlet: (code: string): Said => ({
    en: `names outlet ${code}, which this permit does not have`,
    zh: `排放口 ${code} 不在这份许可证里`,
  }),
  notLater: (): Said => ({ en: "must be later than from", zh: "应晚于起始时间" }),
  unknownPollutant: (code: string): Said => ({
    en: `unknown pollutant ${code}: not a code of HJ 524/525 or of its predecessors`,
    zh: `不认识污染物 ${code}：不是 HJ 524/525 的代码，也不是旧代码`,
  }),
  unknownUnit: (unit: string, pollutant: { code: string; unit: string; zh: string }): Said => ({
    en: `unknown unit "${unit}" for ${pollutant.code}: cannot be converted to ${pollutant.unit || "a pure number"}`,
    zh: `${pollutant.zh}（${pollutant.code}）的单位“${unit}”不能换算成${pollutant.unit ? ` ${pollutant.unit}` : "纯数值"}`,
  }),
  unitTwice: (code: string): Said => ({ en: `${code} has a unit already`, zh: `${code} 的单位写了两次` }),
  needsOxygen: (): Said => ({
    en: "a converted limit needs the reference oxygen, % by volume",
    zh: "折算浓度的限值要写基准氧含量（体积百分数）",
  }),
  needsMax: (statistic: "hour" | "day"): Said => ({
    en: `a limit by the ${statistic} needs max`,
    zh: `${STATISTIC_ZH[statistic]}的限值要写上限`,
  }),
  needsBound: (): Said => ({ en: "a limit needs max, min or both", zh: "限值要写上限、下限，或两者都写" }),
  minAboveMax: (min: number, max: number): Said => ({
    en: `${min} is above max ${max}`,
    zh: `下限 ${min} 高于上限 ${max}`,
  }),
  periodOfOther: (statistic: string): Said => ({
    en: `day or night belongs to statistic "period", not "${statistic}"`,
    zh: `昼间、夜间只用于时段等效值，不用于${STATISTIC_ZH[statistic] ?? statistic}`,
  }),
  overlapping: (
    first: number,
    { pollutant, statistic, period }: { pollutant: string; statistic: string; period: "day" | "night" | null },
  ): Said => ({
    en: `overlaps limits[${first}]: the same pollutant ${pollutant}, statistic ${statistic} and period at the same time`,
    zh: `与同一排放口的第 ${first + 1} 条限值时间重叠：同为 ${pollutant}、${STATISTIC_ZH[statistic] ?? statistic}${period ? `、${PERIOD_ZH[period]}` : ""}`,
  }),
  boundBy: (mn: string, where: string): Said => ({
    en: `${mn} is bound at the same time by ${where}`,
    zh: `设备 ${mn} 同一时间已用在 ${where}：一台设备同时只能在一处`,
  }),
  boundInRegister: (mn: string, outlet: string | null, permitNo: string): Said => ({
    en: `${mn} is bound at the same time to ${outlet === null ? "a facility" : `outlet ${outlet}`} of ${permitNo} in the register`,
    zh: `设备 ${mn} 同一时间已登记在 ${permitNo} 的${outlet === null ? "设施" : `排放口 ${outlet}`}：先在那边停用，或核对 MN`,
  }),
  notUtf8: (): Said => ({
    en: "the file is not UTF-8 text: save it as UTF-8 (not GBK)",
    zh: "JSON 文件不是 UTF-8 编码：请另存为 UTF-8（不要用 GBK）",
  }),
} as const;

/** Chinese of what permits-file.ts says in its own words. */
export const FORM_ZH: Readonly<Record<string, string>> = {
  "must be 1–32 characters without blanks, #, / or |": "应为 1–32 个字符，不含空格、#、/ 和 |",
  "must be 1–64 letters, digits, _ or - (24 hex digits is the standard)":
    "应为 1–64 位字母、数字、_ 或 -（标准是 24 位十六进制）",
  "must be an international number like +8613800000000": "应为带国家码的手机号，如 +8613800000000",
  "must be a real date like 2024-01-31": "应为真实的日期，如 2024-01-31",
  "must be a real time like 2024-01-01T00:00:00+08:00": "应为真实的时间，如 2024-01-01T00:00:00+08:00",
  "must divide 60: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60 minutes":
    "应能整除 60：1、2、3、4、5、6、10、12、15、20、30 或 60 分钟",
  "must be below 21, the oxygen of air": "应低于 21（空气的含氧量）",
  "must be at most 90 (are lon and lat swapped?)": "纬度不大于 90（经度和纬度是不是写反了？）",
};
