/**
 * Who may do what, where: the only place that decides it. A token says who somebody is; the person's row in our table says
 * what he may do, and is read at every request, so that a change works at once.
 */

export const ROLES = ["regulator", "inspector", "town-officer", "enterprise", "expert", "auditor"] as const;
export type Role = (typeof ROLES)[number];

export interface Person {
  /** Subject of the token. */
  sub: string;
  name: string;
  phone: string | null;
  email: string | null;
  roles: Role[];
  /** Permit numbers of the plants this person belongs to (enterprise) or advises (expert). */
  plants: string[];
  /** Towns of a town officer, as the permits write them. */
  towns: string[];
  /** False: signed in or not, nothing is allowed. */
  active: boolean;
  /** Tokens issued before this moment are over (sign-out everywhere), epoch ms. */
  sessionsFrom: number;
  version: number;
}

/** How far a role reaches: the whole city, the person's towns, or the person's plants. */
const REACH: Readonly<Record<Role, "city" | "towns" | "plants">> = {
  regulator: "city",
  inspector: "city",
  auditor: "city",
  "town-officer": "towns",
  enterprise: "plants",
  expert: "plants",
};

/** Actions and the roles that may do them, each as far as the role reaches. */
export const ACTIONS = {
  /** Who am I and what may I do. */
  "self.read": ROLES,
  "self.write": ROLES,
  "plant.read": ROLES,
  "board.read": ["regulator", "inspector", "town-officer", "auditor"],
  "episode.read": ROLES,
  /** Says to a warning what is being done: the plant's own people. */
  "episode.acknowledge": ["enterprise"],
  "mark.read": ROLES,
  "mark.write": ["enterprise"],
  /** Decides a contradiction between a mark and the facts. */
  "mark.judge": ["regulator", "inspector"],
  "contact.read": ["regulator", "inspector", "town-officer", "enterprise", "auditor"],
  "contact.write": ["regulator", "enterprise"],
  /** Notices beside text messages, and who is told how: for the plant's own people. */
  "notice.read": ["enterprise"],
  "notice.write": ["enterprise"],
  /** Down to the raw frame and its hash. */
  "frame.read": ["regulator", "inspector", "town-officer", "enterprise", "auditor"],
  "permit.write": ["regulator"],
  "device.read": ["regulator", "inspector", "town-officer", "enterprise", "auditor"],
  "device.write": ["regulator"],
  "quarantine.read": ["regulator", "inspector", "auditor"],
  /** Runs what was refused through ingest again. */
  "quarantine.write": ["regulator"],
  "rule-data.read": ["regulator", "inspector", "auditor", "expert"],
  "rule-data.simulate": ["regulator"],
  "person.read": ["regulator", "auditor"],
  "person.write": ["regulator"],
  "audit.read": ["regulator", "auditor"],
  /** Work that takes longer than a request. */
  "job.read": ["regulator", "auditor"],
  "job.write": ["regulator"],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type Action = keyof typeof ACTIONS;

/** Where somebody may do something: everywhere, or in these towns and at these plants. */
export type Reach = { city: true } | { city: false; towns: ReadonlySet<string>; plants: ReadonlySet<string> };

/** As far as this person may do `action`; null when nowhere. */
export function reachOf(person: Person, action: Action): Reach | null {
  if (!person.active) return null;
  const allowed: readonly Role[] = ACTIONS[action];
  const roles = person.roles.filter((role) => allowed.includes(role));
  if (roles.length === 0) return null;
  if (roles.some((role) => REACH[role] === "city")) return { city: true };
  return {
    city: false,
    towns: new Set(roles.some((role) => REACH[role] === "towns") ? person.towns : []),
    plants: new Set(roles.some((role) => REACH[role] === "plants") ? person.plants : []),
  };
}

export const covers = (reach: Reach, plant: { permitNo: string; town: string }): boolean =>
  reach.city || reach.towns.has(plant.town) || reach.plants.has(plant.permitNo);

/** A token is over when it was issued before the person was signed out everywhere, or does not say when. `issuedAt`: epoch ms, or NaN. */
export const signedOut = (person: Person, issuedAt: number): boolean => !(issuedAt >= person.sessionsFrom);
