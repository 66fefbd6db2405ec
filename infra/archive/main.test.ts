import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packLines } from "../../functions/telemetry/domain/archive-codec.ts";
import { nextLink, sha256, type ArchiveLine } from "../../functions/telemetry/domain/archive-line.ts";
import { temporaryFolder } from "../local/test-assembly.ts";
import { run } from "./main.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const file = (name: string): string => join(folder.path, name);

/** Two devices, two minutes each, in two objects; the second minute of each is in the second object. */
const lines: ArchiveLine[] = [];
beforeAll(() => {
  for (const minute of [1, 2])
    for (const [piece, mn] of ["A", "B"].entries()) {
      const receivedAt = `2026-10-01T08:0${minute}:10+08:00`;
      const bytes = Buffer.from(`##0042QN=202610010801${minute}0000;MN=${mn};CP=&&“${minute}”&&`);
      const previous = lines.findLast((l) => l.mn === mn)?.link ?? "0".repeat(64);
      lines.push({
        archivedAt: receivedAt,
        attempt: 0,
        receivedAt,
        topic: "gateways/g/P/hj212",
        clientId: "g",
        shard: "shardId-000000000000",
        sequence: String(minute),
        piece,
        permitNo: "P",
        mn,
        disposition: "accepted",
        reason: null,
        notes: [],
        grade: "A",
        sha256: sha256(bytes),
        previous,
        link: nextLink(previous, receivedAt, sha256(bytes)),
        bytes: bytes.toString("base64"),
      });
    }
  writeFileSync(file("1.jsonl.zst"), packLines(lines.slice(0, 2)));
  writeFileSync(file("2.jsonl.zst"), packLines(lines.slice(2)));
});

function called(...args: string[]): { code: number; said: string[]; complained: string[] } {
  const said: string[] = [];
  const complained: string[] = [];
  const code = run(
    args,
    (line) => said.push(line),
    (line) => complained.push(line),
  );
  return { code, said, complained };
}

test("verify says of every device from where to where its chain holds, in whichever order the files come", () => {
  const { code, said } = called("verify", file("2.jsonl.zst"), file("1.jsonl.zst"));
  expect(code).toBe(0);
  expect(said).toEqual([
    expect.stringMatching(
      new RegExp(`^holds   A: 2 frames, 2026-10-01T08:01.* previous ${"0".repeat(64)}, link ${lines[2]!.link}$`),
    ),
    expect.stringContaining("holds   B: 2 frames"),
  ]);
});

test("verify tells the device whose frame was changed, and no other", () => {
  const text = zstdDecompressSync(readFileSync(file("1.jsonl.zst"))).toString();
  writeFileSync(file("forged.jsonl.zst"), zstdCompressSync(text.replace("MN=B;CP=&&“1”", "MN=B;CP=&&“0”")));
  const { code, said } = called("verify", file("forged.jsonl.zst"), file("2.jsonl.zst"));
  expect(code).toBe(1);
  expect(said).toEqual([
    expect.stringContaining("holds   A"),
    "BROKEN  B: a line before this one is missing or was changed (frame 2 of 2)",
  ]);
});

test("show gives every frame with its hashes; a file that is none is named", () => {
  expect(called("show", file("1.jsonl.zst")).said.map((line) => JSON.parse(line) as unknown)).toEqual(
    lines.slice(0, 2),
  );
  writeFileSync(file("other"), "text");
  expect(called("verify", file("other"))).toMatchObject({
    code: 1,
    complained: [expect.stringContaining("neither zstd")],
  });
  expect(called("verify")).toMatchObject({ code: 2, complained: [expect.stringContaining("usage")] });
  expect(called("mend", file("other")).code).toBe(2);
});

/** The recipe of docs/archive.md between ```sh and ```, which names no program of ours. */
const recipe = (): string => {
  const [, block] = /<!-- recipe -->\s*```sh\n([\s\S]*?)```/.exec(
    readFileSync(new URL("../../docs/archive.md", import.meta.url), "utf8"),
  ) ?? [null, null];
  if (!block) throw new Error("docs/archive.md lacks its recipe");
  return block;
};
const has = (tool: string): boolean => spawnSync(tool, ["--version"]).status === 0;

test.runIf(["zstd", "jq", "sha256sum", "basenc"].every(has))(
  "a stranger with zstd, jq and coreutils comes to the same links by the recipe of docs/archive.md",
  () => {
    const out = execFileSync("bash", ["-c", recipe(), "bash"], {
      cwd: folder.path,
      env: { ...process.env, OBJECT: file("1.jsonl.zst"), FRAME: "0", MESSAGE: "0" },
    });
    expect(out.toString().trim()).toBe(lines[0]!.link);
  },
);
