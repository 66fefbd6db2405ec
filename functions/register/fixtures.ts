/** Permits for tests, in the form of the permits file. Numbers are made up; their check characters are right. */
import { checkCharacter } from "./domain/permit-number.ts";

/** The n-th invented Tongxiang permit number (n < 100,000). */
export const permitNo = (n: number): string => {
  const first17 = `91330483MA2${String(n).padStart(6, "0")}`;
  return `${first17}${checkCharacter(first17)}001P`;
};

export const gasLimit = (over: object = {}): Record<string, unknown> => ({
  pollutant: "a21002",
  statistic: "hour",
  basis: "converted",
  referenceO2: 6,
  max: 50,
  source: "permit",
  ...over,
});

export const device = (over: object = {}): Record<string, unknown> => ({
  mn: "330483A890001600000169C1",
  from: "2024-01-01T00:00:00+08:00",
  to: null,
  ...over,
});

export const outlet = (over: object = {}): Record<string, unknown> => ({
  code: "DA001",
  medium: "gas",
  name: "1 号锅炉排放口",
  devices: [device()],
  limits: [gasLimit()],
  ...over,
});

export const permit = (n = 1, over: object = {}): Record<string, unknown> => ({
  permitNo: permitNo(n),
  name: `（演示）第 ${n} 热电厂`,
  town: "崇福镇",
  industry: "热电联产",
  management: "key",
  validFrom: "2024-01-01",
  validTo: "2028-12-31",
  location: { lon: 120.43, lat: 30.53 },
  contacts: [{ role: "operator", phone: "+8613900000001" }],
  outlets: [outlet({ devices: [device({ mn: `MN-${n}` })] })],
  ...over,
});
