import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { Layout } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../shared/api.ts";
import { newQueryClient, start } from "../shared/start.tsx";

function Console(): ReactNode {
  const self = useQuery({ queryKey: ["self"], queryFn: () => dataOf(api.GET("/api/self")) });
  return (
    <Layout>
      <Layout.Content>
        <h1>{self.data?.name}</h1>
      </Layout.Content>
    </Layout>
  );
}

void start(
  <QueryClientProvider client={newQueryClient()}>
    <Console />
  </QueryClientProvider>,
);
