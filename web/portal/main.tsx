import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, dataOf } from "../shared/api.ts";
import { newQueryClient, start } from "../shared/start.tsx";
import "./portal.css";

function Portal(): ReactNode {
  const self = useQuery({ queryKey: ["self"], queryFn: () => dataOf(api.GET("/api/self")) });
  return <h1>{self.data?.name}</h1>;
}

void start(
  <QueryClientProvider client={newQueryClient()}>
    <Portal />
  </QueryClientProvider>,
);
