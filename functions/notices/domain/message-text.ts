/** The words of a message that is no text message: title, body, and the page that it opens. */
import type { Line } from "../../warnings/domain/line.ts";
import type { OwedPlant } from "../../warnings/owed-event.ts";

export interface Words {
  title: string;
  body: string;
  /** Page of the portal, behind its `#`. */
  page: string;
  /** What a later message of the same name takes the place of. */
  tag: string;
}

/** `said`: the lines in words, worst first. */
export function wordsOf(
  plant: Pick<OwedPlant, "permitNo" | "name" | "episodes">,
  lines: readonly Line[],
  said: readonly string[],
): Words {
  const { permitNo, name } = plant;
  const first = lines.find((line) => line.kind === "warning");
  const episode = first && plant.episodes.find((e) => about(e) === about(first));
  return {
    title: clip(name, 60),
    body: clip(said.join("\n"), 900),
    page: `/plants/${permitNo}${episode ? `/episodes/${encodeURIComponent(episode.id)}` : ""}`,
    tag: permitNo,
  };
}

type About = { outlet: string | null; pollutant: string | null; facility: string | null; statistic: string | null };
const about = ({ outlet, pollutant, facility, statistic }: About): string =>
  [outlet, pollutant, facility, statistic].join("|");

/** At most `most` UTF-16 units, never through a rare character of two. */
export const clip = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
