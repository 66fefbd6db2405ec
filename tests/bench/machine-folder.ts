/** A data folder whose tables hold what a bench needs before the machine starts: by the engine's own import of exports. */
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { readDefinition } from "../../infra/local/definition.ts";
import { readAssembly } from "../../infra/local/template.ts";
import type { PlainItem } from "./machine-city.ts";

export type Tables = Partial<Record<"REGISTER_TABLE" | "BLOCKS_TABLE" | "LEDGER_TABLE", Iterable<PlainItem>>>;

/** Fills `dataDir`, which must not hold tables yet. Throws with what the engine said when it takes them not. */
export async function fillFolder(dataDir: string, template: string, tables: Tables): Promise<void> {
  const { functions, tables: definitions } = readDefinition(readAssembly(template));
  const source = join(dataDir, "import");
  const schemas = [];
  for (const [variable, items] of Object.entries(tables)) {
    const name = functions.find((each) => variable in each.environment)?.environment[variable];
    const table = definitions.find((each) => each.name === name);
    if (!table) throw new Error(`the template has no table for ${variable}`);
    schemas.push({
      Table: {
        TableName: table.name,
        KeySchema: table.keySchema,
        AttributeDefinitions: table.attributes,
        ...(table.streamView ? { StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamView } } : {}),
      },
    });
    mkdirSync(join(source, table.name, "data"), { recursive: true });
    await pipeline(
      Readable.from(lines(items)),
      createGzip({ level: 1 }),
      createWriteStream(join(source, table.name, "data/items.json.gz")),
    );
  }
  const schema = join(dataDir, "schemas.json");
  writeFileSync(schema, JSON.stringify(schemas));
  const engine = process.env["DYNOXIDE_BIN"] ?? packaged();
  const done = spawnSync(
    engine,
    ["import", "--source", source, "--schema", schema, "--output", join(dataDir, "dynamodb.sqlite")],
    { encoding: "utf8" },
  );
  rmSync(source, { recursive: true });
  rmSync(schema);
  if (done.status !== 0) throw new Error(`the engine did not take the prepared items: ${done.stderr || done.error}`);
}

const packaged = (): string =>
  join(dirname(createRequire(import.meta.url).resolve("@dynoxide/linux-x64/package.json")), "dynoxide");

/** Pieces of many lines, so that compression is not called for each. */
function* lines(items: Iterable<PlainItem>): Generator<string> {
  let text = "";
  for (const item of items) {
    text += `{"Item":${JSON.stringify(attributesOf(item))}}\n`;
    if (text.length < 1 << 18) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** DynamoDB's JSON of a plain item. */
export const attributesOf = (item: PlainItem): Record<string, Record<string, unknown>> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));

function attributeOf(value: unknown): Record<string, unknown> {
  if (value === null) return { NULL: true };
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  return { M: attributesOf(value as PlainItem) };
}
