/** What the pages ask for. */
import type { UseQueryResult } from "@tanstack/react-query";
import { api, dataOf, got, type Got } from "../shared/api.ts";
import type { components } from "../shared/api-types.gen.ts";
import { fromInput, inputOf } from "../shared/format.ts";
import { useLanguage } from "../shared/language.ts";
import { useKept, type Kept } from "./offline/answers.ts";

export type Schemas = components["schemas"];

export const useSelf = (): UseQueryResult<Kept<Schemas["GetSelfAnswer"]>> =>
  useKept("self", () => dataOf(api.GET("/api/self")));

const useLabels = (): UseQueryResult<Kept<Schemas["GetLabelsAnswer"]>> =>
  useKept("labels", () => dataOf(api.GET("/api/labels")));

export type PlantLine = Schemas["ListPlantsAnswer"]["plants"][number];

/** All of the person's plants: an enterprise has few. */
export const usePlants = (): UseQueryResult<Kept<PlantLine[]>> =>
  useKept("plants", async () => {
    const plants: PlantLine[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: "200", ...(cursor !== undefined && { cursor }) };
      const page = await dataOf(api.GET("/api/plants", { params: { query } }));
      plants.push(...page.plants);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return plants;
  });

/** `every`: how often it is asked for. */
export const usePlant = (permitNo: string, every?: number): UseQueryResult<Kept<Schemas["GetPlantAnswer"]>> =>
  useKept(
    `plant/${permitNo}`,
    () => dataOf(api.GET("/api/plants/{permitNo}", { params: { path: { permitNo } } })),
    every,
  );

/** What is asked of a plant and told of when it changes (events/live.ts). */
const TOLD = ["plant", "marks", "episodes", "episode", "messages"];
export const isTold = (permitNo: string, [kind, of]: readonly unknown[]): boolean =>
  TOLD.includes(String(kind)) && of === permitNo;

export const useMarks = (permitNo: string): UseQueryResult<Kept<Schemas["ListMarksAnswer"]>> =>
  useKept(`marks/${permitNo}`, () =>
    dataOf(api.GET("/api/plants/{permitNo}/marks", { params: { path: { permitNo } } })),
  );

const HISTORY = 90 * 24 * 3_600_000;

/** A page is good for the same beginning only: the day's, so that pages asked for a while later fit. */
export const askHistory = (permitNo: string, cursor?: string): Promise<Schemas["ListEpisodesAnswer"]> => {
  const from = `${inputOf(Date.now() - HISTORY).slice(0, 10)}T00:00`;
  const query = { permitNo, from: fromInput(from) ?? "", limit: "100", ...(cursor !== undefined && { cursor }) };
  return dataOf(api.GET("/api/episodes", { params: { query } }));
};

export const useHistory = (permitNo: string): UseQueryResult<Kept<Schemas["ListEpisodesAnswer"]>> =>
  useKept(`episodes/${permitNo}`, () => askHistory(permitNo));

export const useEpisode = (permitNo: string, id: string): UseQueryResult<Kept<Schemas["GetEpisodeAnswer"]>> =>
  useKept(`episode/${permitNo}/${encodeURIComponent(id)}`, () =>
    dataOf(api.GET("/api/plants/{permitNo}/episodes/{id}", { params: { path: { permitNo, id } } })),
  );

export const useUnmarked = (permitNo: string): UseQueryResult<Kept<Schemas["ListUnmarkedAnswer"]>> =>
  useKept(
    `unmarked/${permitNo}`,
    () => dataOf(api.GET("/api/plants/{permitNo}/unmarked", { params: { path: { permitNo } } })),
    5 * 60_000, // two days of minutes are read for it, and only closed hours are in it
  );

export type ContactList = Schemas["GetContactsAnswer"];

export const askContacts = (permitNo: string): Promise<Got<ContactList>> =>
  got(api.GET("/api/plants/{permitNo}/contacts", { params: { path: { permitNo } } }));

/** With the revision that a change is to be based on. */
export const useContacts = (permitNo: string): UseQueryResult<Kept<Got<ContactList>>> =>
  useKept(`contacts/${permitNo}`, () => askContacts(permitNo));

export const askMessages = (permitNo: string, cursor?: string): Promise<Schemas["ListMessagesAnswer"]> => {
  const query = cursor === undefined ? {} : { cursor };
  return dataOf(api.GET("/api/plants/{permitNo}/messages", { params: { path: { permitNo }, query } }));
};

export const useMessages = (permitNo: string): UseQueryResult<Kept<Schemas["ListMessagesAnswer"]>> =>
  useKept(`messages/${permitNo}`, () => askMessages(permitNo));

export type NoticeSettings = Schemas["GetNoticeSettingsAnswer"];

export const useNoticeSettings = (): UseQueryResult<Kept<Got<NoticeSettings>>> =>
  useKept("notice-settings", () => got(api.GET("/api/self/notice-settings")), 5 * 60_000);

export const askNotices = (cursor?: string): Promise<Schemas["ListNoticesAnswer"]> =>
  dataOf(api.GET("/api/self/notices", { params: { query: cursor === undefined ? {} : { cursor } } }));

export const useNotices = (): UseQueryResult<Kept<Schemas["ListNoticesAnswer"]>> =>
  useKept("notices", () => askNotices(), 5 * 60_000); // each plant's two days of minutes are read for it

export const usePushDevices = (): UseQueryResult<Kept<Schemas["ListPushDevicesAnswer"]>> =>
  useKept("push-devices", () => dataOf(api.GET("/api/self/push-devices")));

export interface Words {
  /** Name of a pollutant. */
  name(code: string): string;
  unit(code: string): string;
  decimals(code: string): number;
  /** A word of the rule data, such as `state.warned`. */
  word(key: string): string;
}

/** The rule data's words in the language of the page; a code stands for itself until they are there. */
export function useWords(): Words {
  const language = useLanguage();
  const labels = useLabels().data?.data;
  return {
    name: (code) => labels?.pollutants[code]?.[language] ?? code,
    unit: (code) => labels?.pollutants[code]?.unit ?? "",
    decimals: (code) => labels?.pollutants[code]?.decimals ?? 2,
    word: (key) => labels?.texts[key]?.[language] ?? key,
  };
}
