/** `GET /api/devices`: the city's devices with grade and certificates, as the last closing and the last look left them. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { within } from "../city/list-plants.ts";
import { plantLists } from "../register/plant-lists.ts";
import { cached } from "../shared/cached.ts";
import { DAY, formatIso } from "../shared/shanghai.ts";
import { allCertificates, type CertificateRecord } from "./certificate-record.ts";
import { qualityFacts, type GradedDevice } from "./quality-repository.ts";

/** A certificate that ends within so many days is to be rotated. */
const EXPIRING = 30 * DAY;
/** Both change by the day or by hand; a page that follows another sees the same. */
const KEPT_MS = 30_000;
const MOST = 200;
const USUAL = 50;

const STATES = ["in-force", "expiring", "none", "unseen", "not-needed"] as const;
const GRADES = ["A", "B", "C", "D"] as const;

const Query = z.object({
  /** Part of the MN, or of the plant's name or permit number. */
  q: z.optional(z.string().check(z.maxLength(100))),
  town: z.optional(z.string().check(z.maxLength(100))),
  certificate: z.optional(z.enum(STATES)),
  silent: z.optional(z.literal("yes")),
  grade: z.optional(z.enum(GRADES)),
  cursor: z.optional(z.string().check(z.maxLength(1000))),
  limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
const Graded = z.nullable(z.object({ grade: z.enum(GRADES), points: z.number() }));
const Answer = z.object({
  devices: z.array(
    z.object({
      permitNo: z.string(),
      name: z.string(),
      town: z.string(),
      mn: z.string(),
      outlet: z.string(),
      /** Of the 7 and the 30 days that end with `day`. */
      week: Graded,
      month: Graded,
      /** Nothing of it was received on `day`. */
      silent: z.boolean(),
      lastSeen: z.nullable(z.string()),
      via: z.nullable(z.string()),
      /** The day that was closed: what is said here is as of then. */
      day: z.string(),
      /**
       * `not-needed`: a gateway brings it, and it has none; `unseen`: nobody has looked at its certificates yet, which
       * opening the plant's devices does.
       */
      certificate: z.enum(STATES),
      /** End of the last certificate in force. */
      notAfter: z.nullable(z.string()),
    }),
  ),
  next: z.nullable(z.string()),
});

export function cityDeviceOperations({
  db,
  tables,
  register,
  now,
}: Pick<Services, "db" | "tables" | "register" | "now">): Operation[] {
  const lists = plantLists(register, now);
  const facts = qualityFacts({ db, table: tables.ledger });
  const grades = cached(
    () => facts.grades(),
    () => KEPT_MS,
    now,
    1,
  );
  const certificates = cached(
    () => allCertificates({ db, table: tables.register }),
    () => KEPT_MS,
    now,
    1,
  );
  return [
    overReach({
      id: "listCityDevices",
      method: "GET",
      path: "/api/devices",
      summary: "Devices within reach with their grade and the state of their certificates, as of the last closed day",
      action: "device.read",
      query: Query,
      answer: Answer,
      async handle({ query, reach, at }) {
        const { q, town, certificate, silent, grade, cursor, limit } = query;
        const list = ["devices", q, town, certificate, silent, grade];
        const after = fromCursor(list, cursor) ?? "";
        const [graded, known, plants] = await Promise.all([grades(""), certificates(""), within(reach, lists)]);
        const names = new Map(plants.map((plant) => [plant.permitNo, plant]));
        const rest = graded
          .flatMap(({ permitNo, day, devices }) => {
            const plant = names.get(permitNo);
            if (!plant || (town !== undefined && plant.town !== town)) return [];
            return devices.map((device) => listed({ ...plant, day }, device, known.get(device.mn), at));
          })
          .filter((device) => isAskedFor(device, query) && keyOf(device) > after)
          .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
        const page = rest.slice(0, Math.min(MOST, Number(limit ?? USUAL)));
        const last = page.at(-1);
        return {
          body: { devices: page, next: toCursor(list, last && rest.length > page.length ? keyOf(last) : null) },
        };
      },
    }),
  ];
}

type Listed = z.output<typeof Answer>["devices"][number];

/** Place of a device in the list. */
const keyOf = ({ permitNo, outlet, mn }: Listed): string => `${permitNo} ${outlet} ${mn}`;

function listed(
  { permitNo, name, town, day }: Pick<Listed, "permitNo" | "name" | "town" | "day">,
  device: GradedDevice,
  record: CertificateRecord | undefined,
  at: number,
): Listed {
  const { mn, outlet, week, month, silent, via, seen } = device;
  const { certificate, notAfter } = certificateState(device, record, at);
  return {
    permitNo,
    name,
    town,
    mn,
    outlet,
    week,
    month,
    silent,
    lastSeen: seen === null ? null : formatIso(seen),
    via,
    day,
    certificate,
    notAfter: notAfter === null ? null : formatIso(notAfter),
  };
}

/** Whether a device of the town is what the question is about. */
function isAskedFor(device: Listed, { q, certificate, silent, grade }: z.output<typeof Query>): boolean {
  const part = q?.trim().toLowerCase() ?? "";
  return (
    (certificate === undefined || device.certificate === certificate) &&
    (silent === undefined || device.silent) &&
    (grade === undefined || device.week?.grade === grade) &&
    (part === "" || [device.mn, device.name, device.permitNo].some((text) => text.toLowerCase().includes(part)))
  );
}

/** What the certificates of a device come to; of several in force the one that lasts longest counts. */
export function certificateState(
  { via }: Pick<GradedDevice, "via">,
  record: Pick<CertificateRecord, "certificates"> | undefined,
  at: number,
): { certificate: (typeof STATES)[number]; notAfter: number | null } {
  const ends = (record?.certificates ?? [])
    .filter(({ status, notAfter }) => status === "ACTIVE" && notAfter > at)
    .map(({ notAfter }) => notAfter);
  if (ends.length > 0) {
    const notAfter = Math.max(...ends);
    return { certificate: notAfter - at <= EXPIRING ? "expiring" : "in-force", notAfter };
  }
  if (via !== null && via !== "") return { certificate: "not-needed", notAfter: null };
  return { certificate: record ? "none" : "unseen", notAfter: null };
}
