import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../../shared/api.ts";

/** The person; asked for once a minute, since a change of rights works at once. */
export const useSelf = () =>
  useQuery({ queryKey: ["self"], queryFn: () => dataOf(api.GET("/api/self")), staleTime: 60_000 });

/** Whether this person may do something somewhere. What he may not do, the server refuses in any case. */
export function useAllowed(): (action: string) => boolean {
  const { data } = useSelf();
  return (action) => data?.actions.includes(action) ?? false;
}
