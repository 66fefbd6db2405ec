/** The list with its revision, for reading and for who changes it. */
import { queryOptions } from "@tanstack/react-query";
import { api, got } from "../../shared/api.ts";

export const contactsQuery = (permitNo: string) =>
  queryOptions({
    queryKey: ["contacts", permitNo],
    queryFn: () => got(api.GET("/api/plants/{permitNo}/contacts", { params: { path: { permitNo } } })),
  });
