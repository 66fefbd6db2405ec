/** To whom a tick's lines go beside text messages: each address once, with all that is for it. */
import { standingFor, type ContactList } from "../../register/domain/contacts.ts";
import { compareLines, type Line } from "../../warnings/domain/line.ts";
import { channelsOf, kindOfLine, type NoticeSettings } from "./settings.ts";

export interface Device {
  /** Hash of its endpoint. */
  id: string;
  /** What it is called in lists. */
  name: string;
}
/** Somebody of the plant who may see it. */
export interface Candidate<D extends Device = Device> {
  sub: string;
  phone: string | null;
  email: string | null;
  settings: NoticeSettings;
  devices: readonly D[];
}

export type Recipient<D extends Device = Device> = { lines: Line[] } & (
  | { channel: "push"; device: D; sub: string }
  | { channel: "email"; address: string }
);

/** `t`: the tick. Lines that are for nobody at the plant (escalations go to the town) reach nobody here. */
export function recipientsOf<D extends Device>(
  lines: readonly Line[],
  list: ContactList | null | undefined,
  people: readonly Candidate<D>[],
  t: number,
): Recipient<D>[] {
  const own = lines.filter((line) => kindOfLine(line.kind) !== null);
  const found = new Map<string, { to: Recipient<D>; lines: Set<Line> }>();
  const add = (key: string, to: Recipient<D>, some: readonly Line[]): void => {
    if (some.length === 0) return;
    const known = found.get(key) ?? { to, lines: new Set<Line>() };
    for (const line of some) known.lines.add(line);
    found.set(key, known);
  };
  const toDevices = ({ sub, devices }: Candidate<D>, some: readonly Line[]): void => {
    for (const device of devices) add(`push ${device.id}`, { channel: "push", device, sub, lines: [] }, some);
  };
  const toAddress = (address: string, some: readonly Line[]): void =>
    add(`email ${address.toLowerCase()}`, { channel: "email", address, lines: [] }, some);
  for (const person of people) {
    const wants = (channel: "push" | "email"): Line[] =>
      own.filter((line) => channelsOf(person.settings, kindOfLine(line.kind) ?? "warning").includes(channel));
    toDevices(person, wants("push"));
    if (person.email !== null) toAddress(person.email, wants("email"));
  }
  // What the plant says of its contacts goes by role, as text messages do.
  for (const entry of standingFor(list, t, "email"))
    if (entry.email)
      toAddress(
        entry.email,
        own.filter((line) => line.roles.includes(entry.role)),
      );
  for (const entry of standingFor(list, t, "push"))
    for (const person of people)
      if (person.phone === entry.phone)
        toDevices(
          person,
          own.filter((line) => line.roles.includes(entry.role)),
        );
  return [...found.values()].map(({ to, lines: some }) => ({ ...to, lines: [...some].sort(compareLines) }));
}
