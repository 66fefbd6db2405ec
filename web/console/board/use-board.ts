/** The board's figures and plants, kept up to date: whole at first, then what changed since the answer before. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useRef } from "react";
import { api, dataOf } from "../../shared/api.ts";
import type { Board } from "./board-state.ts";
import { loadBoard, type Loaded } from "./load-board.ts";

const EVERY_MS = 5_000;

export function useBoard(): UseQueryResult<Loaded> {
  const held = useRef<Board | null>(null);
  return useQuery({
    queryKey: ["board"],
    queryFn: async () => {
      const loaded = await loadBoard((query) => dataOf(api.GET("/api/board", { params: { query } })), held.current);
      held.current = loaded.board;
      return loaded;
    },
    refetchInterval: EVERY_MS,
    refetchOnWindowFocus: true,
    structuralSharing: false, // ten thousand plants are not compared one by one
    gcTime: 0,
    staleTime: 0,
  });
}
