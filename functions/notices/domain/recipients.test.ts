import { expect, test } from "vitest";
import type { ContactEntry } from "../../register/domain/contacts.ts";
import { line, RECIPIENTS, type Line } from "../../warnings/domain/line.ts";
import { recipientsOf, type Candidate } from "./recipients.ts";
import type { NoticeSettings } from "./settings.ts";

const T = 1_790_814_900_000;
const none: NoticeSettings["kinds"] = { warning: [], data: [] };
const someone = (over: Partial<Candidate> & { kinds?: Partial<NoticeSettings["kinds"]> } = {}): Candidate => {
  const { kinds, ...rest } = over;
  return {
    sub: "ben",
    phone: "+8613900000001",
    email: null,
    devices: [{ id: "d1", name: "Edge" }],
    settings: { kinds: { ...none, ...kinds } },
    ...rest,
  };
};
const entry = (over: Partial<ContactEntry>): ContactEntry => ({
  id: "1",
  role: "operator",
  name: "",
  phone: "+8613900000001",
  sms: true,
  delegateOf: null,
  from: null,
  to: null,
  ...over,
});
const warning = (level: 1 | 2 | 3): Line =>
  line({ kind: "warning", level, outlet: "DA001", roles: [...RECIPIENTS[level]] });
const data = line({ kind: "data", outlet: "DA001", roles: [...RECIPIENTS.data] });
const escalated = line({ kind: "escalated", level: 2, roles: [...RECIPIENTS.escalated] });

/** `push d1: warning data` */
const told = (lines: Line[], people: Candidate[], entries: ContactEntry[] = []): string[] =>
  recipientsOf(lines, { version: 1, entries }, people, T).map(
    (to) =>
      `${to.channel} ${to.channel === "push" ? to.device.id : to.address}: ${to.lines.map((l) => l.kind + (l.level || "")).join(" ")}`,
  );

test("recoveries have a switch of their own; who never moved it hears of them as of warnings", () => {
  const recovered = line({ kind: "recovered", outlet: "DA001", roles: [...RECIPIENTS[1]] });
  const of = (kinds: Partial<NoticeSettings["kinds"]>): string[] => told([recovered, warning(1)], [someone({ kinds })]);
  expect(of({ warning: ["push"] })).toEqual(["push d1: warning1 recovered"]);
  expect(of({ warning: ["push"], recovery: [] })).toEqual(["push d1: warning1"]);
  expect(of({ warning: [], recovery: ["push"] })).toEqual(["push d1: recovered"]);
});

test.each<[string, Candidate[], ContactEntry[], Line[], string[]]>([
  ["nobody chose anything", [someone()], [entry({})], [warning(2)], []],
  [
    "the kind that was chosen",
    [someone({ kinds: { warning: ["push"] } })],
    [],
    [data, warning(1)],
    ["push d1: warning1"],
  ],
  [
    "both kinds",
    [someone({ kinds: { warning: ["push"], data: ["push"] } })],
    [],
    [data, warning(2)],
    ["push d1: warning2 data"],
  ],
  [
    "by e-mail, with an address",
    [someone({ email: "b@p.cn", kinds: { data: ["email"] } })],
    [],
    [data],
    ["email b@p.cn: data"],
  ],
  ["by e-mail, without one", [someone({ kinds: { data: ["email"] } })], [], [data], []],
  [
    "each device",
    [
      someone({
        devices: [
          { id: "a", name: "" },
          { id: "b", name: "" },
        ],
        kinds: { warning: ["push"] },
      }),
    ],
    [],
    [warning(1)],
    ["push a: warning1", "push b: warning1"],
  ],
  [
    "what goes to the town only",
    [someone({ kinds: { warning: ["push"], data: ["push"] } })],
    [entry({ push: true })],
    [escalated],
    [],
  ],
  [
    "a contact's address, by role",
    [],
    [entry({ role: "maintenance", email: "m@p.cn" })],
    [warning(1), warning(2)],
    ["email m@p.cn: warning2"],
  ],
  [
    "a contact's devices, by phone and role",
    [someone()],
    [entry({ role: "legal-person", push: true })],
    [warning(1), warning(3)],
    ["push d1: warning3"],
  ],
  ["a contact's phone that no account has", [someone({ phone: null })], [entry({ push: true })], [warning(1)], []],
  [
    "one address twice is one message",
    [someone({ email: "B@p.cn", kinds: { warning: ["email"] } })],
    [entry({ email: "b@P.cn" })],
    [warning(1), data],
    ["email B@p.cn: warning1 data"],
  ],
  [
    "a delegate in the place of another",
    [],
    [entry({ email: "a@p.cn" }), entry({ id: "2", email: "d@p.cn", delegateOf: "1", from: T, to: T + 1 })],
    [warning(1)],
    ["email d@p.cn: warning1"],
  ],
  [
    "a delegate whose time is over",
    [],
    [entry({ email: "a@p.cn" }), entry({ id: "2", email: "d@p.cn", delegateOf: "1", from: 0, to: T })],
    [warning(1)],
    ["email a@p.cn: warning1"],
  ],
])("%s", (_, people, entries, lines, expected) => expect(told(lines, people, entries)).toEqual(expected));

test("the recovery goes to the roles that were warned", () => {
  const recovered = line({ kind: "recovered", outlet: "DA001", roles: ["operator", "environment-manager"] });
  const entries = [entry({ email: "o@p.cn" }), entry({ id: "2", role: "maintenance", email: "m@p.cn" })];
  expect(told([recovered], [], entries)).toEqual(["email o@p.cn: recovered"]);
});

test("without a list of the plant's own, only people are told", () => {
  expect(recipientsOf([warning(1)], undefined, [someone({ kinds: { warning: ["push"] } })], T)).toHaveLength(1);
});
