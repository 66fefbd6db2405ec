/** How often and how long: episodes of a list, by plant, outlet and pollutant. */

export interface Counted {
  permitNo: string;
  name: string;
  outlet: string | null;
  pollutant: string | null;
  facility: string | null;
  openedAt: string;
  /** Null while it is open. */
  closedAt: string | null;
  durationMinutes: number;
}

export interface Frequency {
  key: string;
  permitNo: string;
  name: string;
  outlet: string | null;
  pollutant: string | null;
  facility: string | null;
  episodes: number;
  open: number;
  /** Of those that ended. */
  minutes: number;
  longest: number;
  newest: string;
}

/** Most often first, then longest. */
export function frequencies(episodes: readonly Counted[]): Frequency[] {
  const groups = Map.groupBy(episodes, (e) => JSON.stringify([e.permitNo, e.outlet, e.pollutant, e.facility]));
  const rows = [...groups].flatMap(([key, group]): Frequency[] => {
    const [first] = group;
    if (!first) return [];
    const ended = group.flatMap(({ closedAt, durationMinutes }) => (closedAt === null ? [] : [durationMinutes]));
    const { permitNo, name, outlet, pollutant, facility } = first;
    return [
      {
        key,
        permitNo,
        name,
        outlet,
        pollutant,
        facility,
        episodes: group.length,
        open: group.length - ended.length,
        minutes: ended.reduce((sum, minutes) => sum + minutes, 0),
        longest: Math.max(0, ...ended),
        newest: group.reduce((latest, { openedAt }) => (openedAt > latest ? openedAt : latest), first.openedAt),
      },
    ];
  });
  return rows.sort((a, b) => b.episodes - a.episodes || b.minutes - a.minutes || (a.key < b.key ? -1 : 1));
}
