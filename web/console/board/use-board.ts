/** The board's figures and plants, kept up to date: whole at first, then what changed since the answer before. */
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useRef } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { askAgain } from "../../shared/ask-again.ts";
import { ASK_MS, CALM_MS, useLive } from "../../shared/live.tsx";
import type { Board } from "./board-state.ts";
import { loadBoard, type Loaded } from "./load-board.ts";

const SHOWN = { board: true, plants: [] };
/** Clocks differ a little: what changes by itself is asked for when it surely has. */
const AFTER_MS = 2_000;

export interface BoardQuery {
  board: UseQueryResult<Loaded>;
  /** Changes are told as they happen; else it is asked every half minute. */
  live: boolean;
}

export function useBoard(): BoardQuery {
  const queries = useQueryClient();
  const held = useRef<Board | null>(null);
  /** Time of the nudge that the next question is about. */
  const nudged = useRef<number | null>(null);
  const live = useLive(SHOWN, (at) => {
    nudged.current = at;
    return askAgain(queries, { queryKey: ["board"] });
  });
  const board = useQuery({
    queryKey: ["board"],
    queryFn: async () => {
      const at = nudged.current;
      const told = at === null ? {} : { nudged: String(at) };
      const ask: Parameters<typeof loadBoard>[0] = (query) =>
        dataOf(api.GET("/api/board", { params: { query: { ...query, ...told } } }));
      const loaded = await loadBoard(ask, held.current);
      held.current = loaded.board;
      if (nudged.current === at) nudged.current = null; // only an answer settles it
      return loaded;
    },
    refetchInterval: ({ state: { data } }) => {
      const every = live ? CALM_MS : ASK_MS;
      const own = data ? Date.parse(data.answer.changesAt) - Date.now() + AFTER_MS : every;
      return own > 0 ? Math.min(every, own) : every;
    },
    refetchOnWindowFocus: true,
    structuralSharing: false, // ten thousand plants are not compared one by one
    gcTime: 0,
    staleTime: 0,
  });
  return { board, live };
}
