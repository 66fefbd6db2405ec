import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "../../shared/api.ts";

/** The whole permit of a plant with its newest revisions. */
export const permitQuery = (permitNo: string) =>
  queryOptions({
    queryKey: ["permit", permitNo],
    queryFn: () => dataOf(api.GET("/api/plants/{permitNo}/permit", { params: { path: { permitNo } } })),
  });
