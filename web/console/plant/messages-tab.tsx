/** What the plant's contacts were sent, newest first, each with its receipt. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import { minuteText } from "../../shared/format.ts";
import { useLanguage } from "../../shared/language.ts";
import type { Answer } from "../answers.ts";
import { useLabels } from "../labels.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useText } from "../texts.ts";

type Message = Answer<"listMessages">["messages"][number];

export function MessagesTab({ permitNo }: { permitNo: string }): ReactNode {
  const t = useText();
  const messages = useInfiniteQuery({
    queryKey: ["messages", permitNo],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/api/plants/{permitNo}/messages", {
          params: { path: { permitNo }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    getNextPageParam: ({ next }) => next,
    refetchInterval: 60_000,
  });
  return (
    <MoreTable<Message>
      label={t("tabMessages")}
      rows={messages.data?.pages.flatMap((page) => page.messages) ?? []}
      rowKey={({ at, channel, to, text }) => `${at}${channel}${to}${text}`}
      columns={useColumns()}
      empty={t("noMessages")}
      query={messages}
    />
  );
}

function useColumns(): TableColumnsType<Message> {
  const t = useText();
  const language = useLanguage();
  const { say } = useLabels();
  return [
    { title: t("when"), key: "at", render: (_, { at }) => minuteText(at, language) },
    { title: t("channel"), key: "channel", render: (_, { channel }) => t(`channel.${channel}`) },
    {
      title: t("recipient"),
      key: "to",
      render: (_, { roles, to }) => (
        <span className="name">
          {roles.map((role) => say(`role.${role}`)).join("、")}
          <small>{to}</small>
        </span>
      ),
    },
    {
      title: t("receipt"),
      key: "state",
      render: (_, { state }) => <span data-receipt={state}>{t(`send.${state}`)}</span>,
    },
    { title: t("messageText"), key: "text", render: (_, { text }) => <span className="message-text">{text}</span> },
  ];
}
