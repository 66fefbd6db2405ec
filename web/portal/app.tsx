/** The frame of every page: who, language, network and session, what waits to be sent. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { Link, Route, Router, Switch } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { forgetDrafts } from "../shared/draft.ts";
import { setLanguage, useLanguage } from "../shared/language.ts";
import { signOut } from "../shared/session.ts";
import { useNotices, useSelf } from "./data.ts";
import { deleteItemsOf } from "./offline/database.ts";
import { forgetPerson, person } from "../shared/person.ts";
import { openQueue } from "./offline/queue.ts";
import { forgetThisDevice } from "./push.ts";
import { Connection } from "./parts/connection.tsx";
import { Failed, Loading } from "./parts/states.tsx";
import { WaitingList } from "./parts/waiting.tsx";
import { EpisodePage } from "./pages/episode-page.tsx";
import { HistoryPage } from "./pages/history-page.tsx";
import { MarksPage } from "./pages/marks-page.tsx";
import { NewMarkPage } from "./pages/new-mark-page.tsx";
import { NoticesPage } from "./pages/notices-page.tsx";
import { NowPage } from "./pages/now-page.tsx";
import { PeoplePage } from "./pages/people-page.tsx";
import { PlantsPage } from "./pages/plants-page.tsx";
import { send } from "./send.ts";
import { useText } from "./texts.ts";

const BY_HASH = { hook: useHashLocation };

export function App(): ReactNode {
  const t = useText();
  const language = useLanguage();
  const queries = useQueryClient();
  useEffect(() => {
    document.title = t("title");
  }, [t]);
  useEffect(() => openQueue({ send, sent: () => void queries.invalidateQueries() }), [queries]);
  return (
    <Router {...BY_HASH}>
      <a className="skip" href="#content" onClick={skip}>
        {t("skip")}
      </a>
      <header className="bar">
        <div>
          <Link href="/" className="name">
            {t("shortTitle")}
          </Link>
          <NoticesLink />
          <button type="button" className="bare" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>
            <span lang={language === "zh" ? "en" : "zh-CN"}>{t("language")}</span>
          </button>
          <button type="button" className="bare" onClick={() => void leave()}>
            {t("signOut")}
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Connection />
        <WaitingList />
        <Content />
      </main>
    </Router>
  );
}

/** With the number of notices that were not read; of the first ten plants, `+` when there are others behind. */
function NoticesLink(): ReactNode {
  const t = useText();
  const mine = useSelf().data?.data.roles.includes("enterprise") ?? false;
  return (
    <Link href="/notices" className="button bare">
      {t("notices")}
      {mine && <UnreadCount />}
    </Link>
  );
}

function UnreadCount(): ReactNode {
  const t = useText();
  const listed = useNotices().data?.data;
  if (!listed) return null;
  const count = `${listed.notices.filter(({ read }) => !read).length}${listed.next === null ? "" : "+"}`;
  if (count === "0") return null;
  return (
    <span className="count">
      <span aria-hidden="true">{count}</span>
      <span className="sr">{t("unreadCount", { count })}</span>
    </span>
  );
}

/** The address after # is the page, so that the link itself cannot lead there. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

/** Signing out leaves nothing of the person on the device but what still waits to be sent. */
async function leave(): Promise<void> {
  const sub = person();
  await forgetThisDevice().catch(() => undefined); // nothing may keep anybody signed in
  if (sub !== null) await deleteItemsOf("answers", sub);
  forgetDrafts();
  forgetPerson();
  await signOut();
}

function Content(): ReactNode {
  const t = useText();
  const self = useSelf();
  if (self.isPending) return <Loading />;
  if (self.isError) return <Failed error={self.error} again={() => void self.refetch()} />;
  if (!self.data.data.roles.includes("enterprise"))
    return (
      <div className="card">
        <p>{t("otherRole")}</p>
        <p className="row">
          <a className="button" href="/console/">
            {t("goToConsole")}
          </a>
        </p>
      </div>
    );
  return (
    <Switch>
      <Route path="/" component={PlantsPage} />
      <Route path="/plants/:permitNo">{({ permitNo }) => <NowPage permitNo={permitNo} />}</Route>
      <Route path="/plants/:permitNo/episodes">{({ permitNo }) => <HistoryPage permitNo={permitNo} />}</Route>
      <Route path="/plants/:permitNo/episodes/:id">
        {({ permitNo, id }) => <EpisodePage permitNo={permitNo} id={id} />}
      </Route>
      <Route path="/plants/:permitNo/people">{({ permitNo }) => <PeoplePage permitNo={permitNo} />}</Route>
      <Route path="/plants/:permitNo/marks">{({ permitNo }) => <MarksPage permitNo={permitNo} />}</Route>
      <Route path="/plants/:permitNo/marks/new">{({ permitNo }) => <NewMarkPage permitNo={permitNo} />}</Route>
      <Route path="/notices" component={NoticesPage} />
      <Route>
        <p>{t("notFound")}</p>
      </Route>
    </Switch>
  );
}
