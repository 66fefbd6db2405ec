import { describe, expect, test } from "vitest";
import { nextLink, sha256, standing, verifyChain, type ArchiveLine } from "./archive-line.ts";

const line = (previous: string, text: string, over: Partial<ArchiveLine> = {}): ArchiveLine => {
  const receivedAt = "2026-10-01T08:01:10+08:00";
  const bytes = Buffer.from(text);
  return {
    archivedAt: receivedAt,
    attempt: 0,
    receivedAt,
    topic: "plants/A/hj212",
    clientId: "A",
    shard: "s",
    sequence: text,
    piece: 0,
    permitNo: "P",
    mn: "A",
    disposition: "accepted",
    grade: "A",
    reason: null,
    notes: [],
    sha256: sha256(bytes),
    previous,
    link: nextLink(previous, receivedAt, sha256(bytes)),
    bytes: bytes.toString("base64"),
    ...over,
  };
};
const chain = (n: number): ArchiveLine[] => {
  const lines: ArchiveLine[] = [];
  for (let i = 0; i < n; i++) lines.push(line(lines.at(-1)?.link ?? "0".repeat(64), String(i)));
  return lines;
};

describe("the chain of a device", () => {
  test("holds as long as nothing was touched, from any line on", () => {
    expect(verifyChain(chain(5))).toBeNull();
    expect(verifyChain(chain(5).slice(2))).toBeNull();
    expect(verifyChain([])).toBeNull();
  });
  test.each<[string, (lines: ArchiveLine[]) => ArchiveLine[], number, string]>([
    ["changed bytes", (l) => l.with(2, { ...l[2]!, bytes: "AAAA" }), 2, "not those of their hash"],
    [
      "changed bytes with their hash",
      (l) => l.with(2, { ...l[2]!, bytes: "AAAA", sha256: sha256(Buffer.from("AAAA", "base64")) }),
      2,
      "not that of the bytes",
    ],
    [
      "another receipt",
      (l) => l.with(2, { ...l[2]!, receivedAt: "2026-10-01T07:00:00+08:00" }),
      2,
      "not that of the bytes",
    ],
    ["a changed line chained anew", (l) => l.with(2, line(l[1]!.link!, "forged")), 3, "is missing or was changed"],
    ["a dropped line", (l) => l.toSpliced(2, 1), 2, "is missing or was changed"],
    ["a line put in", (l) => l.toSpliced(2, 0, line(l[1]!.link!, "new")), 3, "is missing or was changed"],
    ["two lines exchanged", (l) => [l[0]!, l[2]!, l[1]!, l[3]!, l[4]!], 1, "is missing or was changed"],
    [
      "a line outside the chain",
      (l) => l.with(2, { ...l[2]!, previous: null, link: null }),
      2,
      "not that of the bytes",
    ],
  ])("tells %s", (_, damage, index, reason) => {
    expect(verifyChain(damage(chain(5)))).toEqual({ index, reason: expect.stringContaining(reason) });
  });
});

describe("what stands of a batch that was archived more than once", () => {
  test("is each frame's last try, by time and then by attempt", () => {
    const first = line("a", "1");
    const second = line("b", "1", { attempt: 1 });
    const later = line("c", "1", { archivedAt: "2026-10-01T08:01:11+08:00" });
    expect(standing([first, second])).toEqual([second]);
    expect(standing([second, first])).toEqual([second]);
    expect(standing([later, second])).toEqual([later]);
    expect(standing([first, line("a", "2"), line("a", "1", { piece: 1 })])).toHaveLength(3);
  });
});
