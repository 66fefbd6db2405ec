/** Queries whose last answer stays on the device: what cannot be asked for now is shown as it was, with its time. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { NoNetwork, SignInNeeded } from "../../shared/session.ts";
import { getItem, putItem } from "./database.ts";
import { person } from "../../shared/person.ts";

export interface Kept<T> {
  data: T;
  /** When the server answered, epoch ms. */
  at: number;
  /** Null when it is fresh, else why it is not. */
  old: Error | null;
}

/** `key` is the query's name, its parts joined by slashes. */
export async function keep<T>(key: string, ask: () => Promise<T>): Promise<Kept<T>> {
  const sub = person();
  const place = `${sub}|${key}`;
  try {
    const kept: Kept<T> = { data: await ask(), at: Date.now(), old: null };
    if (sub !== null) await putItem("answers", place, kept);
    return kept;
  } catch (error) {
    if (sub === null || !(error instanceof NoNetwork || error instanceof SignInNeeded)) throw error;
    const kept = (await getItem("answers", place)) as Kept<T> | undefined;
    if (!kept) throw error;
    return { ...kept, old: error };
  }
}

const REFRESH_MS = 30_000;

/** Asked again every half minute, or as told, while it is seen. */
export const useKept = <T>(key: string, ask: () => Promise<T>, every = REFRESH_MS): UseQueryResult<Kept<T>> =>
  useQuery({ queryKey: key.split("/"), queryFn: () => keep(key, ask), refetchInterval: every });

/** Whether somebody's answers are on the device. */
export const anythingKept = async (): Promise<boolean> =>
  person() !== null && (await getItem("answers", `${person()}|self`)) !== undefined;
