/** The console's pages: their address, what one must be allowed, and their code, loaded when it is opened. */
import { lazy, type ComponentType } from "react";
import type { TextKey } from "../texts.ts";

export interface PageProps {
  /** What follows the page's name in the address. */
  parts: string[];
}
export interface PageEntry {
  name: string;
  /** In the navigation; null for what is reached from another page. */
  title: TextKey | null;
  /** An action of functions/people/domain/rights.ts. */
  action: string;
  /** Pressed after `g`. */
  key: string | null;
  View: ComponentType<PageProps>;
}

export const PAGES: readonly PageEntry[] = [
  {
    name: "board",
    title: "navBoard",
    action: "board.read",
    key: "b",
    View: lazy(() => import("../board/board-page.tsx")),
  },
  {
    name: "plants",
    title: "navPlants",
    action: "plant.read",
    key: "p",
    View: lazy(() => import("../plants/plants-page.tsx")),
  },
  { name: "plant", title: null, action: "plant.read", key: null, View: lazy(() => import("../plant/plant-page.tsx")) },
  {
    name: "episodes",
    title: "navEpisodes",
    action: "episode.read",
    key: "e",
    View: lazy(() => import("../episodes/episodes-page.tsx")),
  },
  {
    name: "episode",
    title: null,
    action: "episode.read",
    key: null,
    View: lazy(() => import("../episodes/episode-page.tsx")),
  },
  {
    name: "marks",
    title: "navMarks",
    action: "mark.read",
    key: "k",
    View: lazy(() => import("../marks/marks-page.tsx")),
  },
  {
    name: "devices",
    title: "navDevices",
    action: "device.read",
    key: "d",
    View: lazy(() => import("../devices/devices-page.tsx")),
  },
  {
    name: "imports",
    title: "navImports",
    action: "permit.write",
    key: "i",
    View: lazy(() => import("../imports/imports-page.tsx")),
  },
  {
    name: "quarantine",
    title: "navQuarantine",
    action: "quarantine.read",
    key: "q",
    View: lazy(() => import("../quarantine/quarantine-page.tsx")),
  },
  {
    name: "rules",
    title: "navRules",
    action: "rule-data.read",
    key: "r",
    View: lazy(() => import("../rules/rules-page.tsx")),
  },
  {
    name: "jobs",
    title: "navJobs",
    action: "job.read",
    key: "j",
    View: lazy(() => import("../jobs/jobs-page.tsx")),
  },
  {
    name: "people",
    title: "navPeople",
    action: "person.read",
    key: "m",
    View: lazy(() => import("../people/people-page.tsx")),
  },
  {
    name: "audit",
    title: "navAudit",
    action: "audit.read",
    key: "a",
    View: lazy(() => import("../people/audit-page.tsx")),
  },
];
