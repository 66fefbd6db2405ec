/** Writes the corpus: `node events/hj212/make/main.ts`. The files are committed; tests/corpus/corpus.test.ts holds them to this. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { CorpusCase } from "./cases.ts";
import { framing } from "./framing.ts";
import { quirks } from "./quirks.ts";
import { refused } from "./refused.ts";
import { jsonSchema } from "./schema.ts";
import { sealed } from "./sealed.ts";
import { standard } from "./standard.ts";

const VERSION = "1.0.0";
const folder = new URL("../", import.meta.url);

const PARTS: [file: string, zh: string, en: string, cases: () => CorpusCase[]][] = [
  [
    "cases/standard.json",
    "三个版本的命令、标准示例、Flag 各位",
    "commands of the three editions, the standard's examples, the bits of Flag",
    standard,
  ],
  [
    "cases/framing.json",
    "长度、CRC、粘包、拆包、截断、杂音、分段",
    "length, CRC, glued, packets, truncated, noise, chunks",
    framing,
  ],
  [
    "cases/contents.json",
    "现场偏差与应拒收的内容",
    "deviations of the field, and contents to refuse",
    () => [...quirks(), ...refused()],
  ],
  ["cases/sm4.json", "2025 版 SM4 加密", "SM4 of the 2025 edition", sealed],
];

/** One case a line: changes are seen case by case. */
const lines = (cases: readonly CorpusCase[]): string => `[\n${cases.map((c) => JSON.stringify(c)).join(",\n")}\n]\n`;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Every file of the corpus by its name, the manifest last. */
export function corpusFiles(): Map<string, string> {
  const files = new Map(PARTS.map(([file, , , cases]) => [file, lines(cases())]));
  const schema = jsonSchema();
  files.set("corpus.schema.json", schema);
  const count = (text: string, kind: string): number => text.split(`"kind":"${kind}"`).length - 1;
  const listed = PARTS.map(([file, zh, en, cases]) => {
    const text = files.get(file)!;
    return {
      file,
      zh,
      en,
      cases: cases().length,
      frames: count(text, "frame"),
      refused: count(text, "refused"),
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
    };
  });
  const own = ["appendix-a.json", "quirks.json", "refused.json", "editions.json"].map((file) => ({
    file,
    sha256: sha256(readFileSync(new URL(file, folder), "utf8")),
  }));
  const sum = (of: "cases" | "frames" | "refused"): number => listed.reduce((n, part) => n + part[of], 0);
  const manifest = {
    name: "hj212-corpus",
    version: VERSION,
    license: "Apache-2.0",
    about: {
      zh: "HJ 212（2005、2017、2025 版）一致性语料：输入字节与应有的解读，与语言无关。",
      en: "HJ 212 conformance corpus (2005, 2017, 2025): input bytes and the reading expected, for parsers in any language.",
    },
    schema: { file: "corpus.schema.json", sha256: sha256(schema) },
    cases: sum("cases"),
    frames: sum("frames"),
    refused: sum("refused"),
    files: listed,
    own: {
      about: "table tests of this project's own reader: its records and quality notes; not part of the corpus",
      files: own,
    },
  };
  return files.set("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
}

if (import.meta.main) for (const [file, text] of corpusFiles()) writeFileSync(new URL(file, folder), text);
