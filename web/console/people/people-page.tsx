/** Everybody with an account: who may do what, where. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { api, dataOf } from "../../shared/api.ts";
import type { Answer } from "../answers.ts";
import { setQuery, useAddress } from "../shell/address.ts";
import { MoreTable } from "../shell/more-table.tsx";
import { useAllowed } from "../shell/self.ts";
import { useText } from "../texts.ts";
import { InviteForm } from "./invite-form.tsx";
import { PersonForm } from "./person-form.tsx";

type Person = Answer<"listPeople">["people"][number];

export default function PeoplePage(): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const allowed = useAllowed();
  const people = useInfiniteQuery({
    queryKey: ["people"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      dataOf(api.GET("/api/people", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    getNextPageParam: ({ next }) => next,
  });
  const edited = query.get("edit");
  return (
    <section className="page">
      <h1>{t("navPeople")}</h1>
      {allowed("person.write") && (
        <Button type="primary" className="filters" onClick={() => setQuery({ edit: "new" })}>
          {t("invite")}
        </Button>
      )}
      <MoreTable<Person>
        label={t("navPeople")}
        rows={people.data?.pages.flatMap((page) => page.people) ?? []}
        rowKey={({ sub }) => sub}
        columns={useColumns(allowed("person.write"))}
        empty={t("noPeople")}
        query={people}
      />
      {edited === "new" && <InviteForm close={() => setQuery({ edit: null })} />}
      {edited !== null && edited !== "new" && (
        <PersonForm key={edited} sub={edited} close={() => setQuery({ edit: null })} />
      )}
    </section>
  );
}

function useColumns(write: boolean): TableColumnsType<Person> {
  const t = useText();
  return [
    { title: t("name"), key: "name", render: (_, { name }) => <span className="name">{name}</span> },
    {
      title: t("roles"),
      key: "roles",
      render: (_, { roles }) => roles.map((role) => t(`role.${role}`)).join("、") || "—",
    },
    {
      title: t("reach"),
      key: "reach",
      render: (_, { towns, plants }) => <span className="name">{[...towns, ...plants].join("、") || "—"}</span>,
    },
    { title: t("phone"), key: "phone", render: (_, { phone }) => phone ?? "—" },
    {
      title: t("account"),
      key: "active",
      render: (_, { active }) => (
        <span className="state" data-state={active ? "normal" : "silent"}>
          {t(active ? "active" : "inactive")}
        </span>
      ),
    },
    ...(write
      ? ([
          {
            title: t("edit"),
            key: "edit",
            render: (_, { sub, name }) => (
              <Button size="small" aria-label={`${t("edit")} ${name}`} onClick={() => setQuery({ edit: sub })}>
                {t("edit")}
              </Button>
            ),
          },
        ] satisfies TableColumnsType<Person>)
      : []),
  ];
}
