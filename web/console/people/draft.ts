/** A person's fields while they are being changed: kept through a new sign-in, and held against what others saved meanwhile. Pure but for `kept`. */

export interface Fields {
  name: string;
  phone: string | null;
  email: string | null;
  roles: string[];
  plants: string[];
  towns: string[];
  active: boolean;
}
const NAMES = ["name", "phone", "email", "roles", "plants", "towns", "active"] as const;
export type FieldName = (typeof NAMES)[number];

export const fieldsOf = ({ name, phone, email, roles, plants, towns, active }: Fields): Fields => ({
  name,
  phone,
  email,
  roles: [...roles],
  plants: [...plants],
  towns: [...towns],
  active,
});

/** Order of roles, plants and towns says nothing. */
const text = (value: Fields[FieldName]): string => JSON.stringify(Array.isArray(value) ? value.toSorted() : value);

/** Fields in which two states differ. */
export const differing = (a: Fields, b: Fields): FieldName[] => NAMES.filter((name) => text(a[name]) !== text(b[name]));

/** Words of a list as people type or paste them. */
export const words = (typed: string): string[] => [
  ...new Set(typed.split(/[\s,，、;；]+/).filter((word) => word !== "")),
];

const key = (sub: string): string => `draft:person:${sub}`;
/** In the tab, so that signing in again brings it back. */
export const keep = (sub: string, fields: Fields | null): void =>
  fields === null ? sessionStorage.removeItem(key(sub)) : sessionStorage.setItem(key(sub), JSON.stringify(fields));
export function kept(sub: string): Fields | null {
  try {
    const value = JSON.parse(sessionStorage.getItem(key(sub)) ?? "null") as Fields | null;
    return value && fieldsOf(value);
  } catch {
    return null;
  }
}
