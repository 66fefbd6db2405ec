/**
 * `npm run archive -- show|verify FILE…`: objects of the archive, as they were downloaded, for people and for other tools.
 * Needs nothing but the files: whoever has a dossier can check it without us (docs/archive.md has the format).
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { unpackLines } from "../../functions/telemetry/domain/archive-codec.ts";
import { inOrder, standing, verifyDevice, type ArchiveLine } from "../../functions/telemetry/domain/archive-line.ts";

const USAGE = `usage: npm run archive -- show FILE…     every frame as a line of JSON, with sha256, previous and link
       npm run archive -- verify FILE…   recomputes the hash chain of every device; exit 1 where one is broken`;

/** Lines for the terminal, and whether every chain holds. Devices in the order of their names. */
export function verified(lines: readonly ArchiveLine[]): { report: string[]; whole: boolean } {
  const chained = standing(lines).filter((line) => line.link !== null);
  const devices = [...Map.groupBy(chained, (line) => line.mn ?? "").entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  let whole = true;
  const report = devices.map(([mn, own]) => {
    const ordered = own.toSorted(inOrder);
    const broken = verifyDevice(ordered);
    if (broken) whole = false;
    const [first, last] = [ordered[0]!, ordered.at(-1)!];
    const span = `${first.receivedAt} – ${last.receivedAt}, previous ${first.previous}, link ${last.link}`;
    return broken
      ? `BROKEN  ${mn}: ${broken.reason} (frame ${broken.index + 1} of ${ordered.length})`
      : `holds   ${mn}: ${ordered.length} frames, ${span}`;
  });
  const outside = standing(lines).length - chained.length;
  return { report: [...report, ...(outside > 0 ? [`${outside} frames were refused and are in no chain`] : [])], whole };
}

/** Exit code. */
export function run(args: string[], say: (line: string) => void, complain: (line: string) => void): number {
  const { positionals } = parseArgs({ args, allowPositionals: true, strict: true });
  const [command, ...files] = positionals;
  if ((command !== "show" && command !== "verify") || files.length === 0) {
    complain(USAGE);
    return 2;
  }
  const lines: ArchiveLine[] = [];
  for (const file of files)
    try {
      for (const line of unpackLines(readFileSync(file))) lines.push(line);
    } catch (error) {
      complain(`${file}: ${error instanceof Error ? error.message : String(error)}`);
      return 1;
    }
  if (command === "show") {
    for (const line of lines) say(JSON.stringify(line));
    return 0;
  }
  const { report, whole } = verified(lines);
  for (const line of report) say(line);
  return whole ? 0 : 1;
}

if (import.meta.main)
  process.exitCode = run(
    process.argv.slice(2),
    (line) => console.log(line),
    (line) => console.error(line),
  );
