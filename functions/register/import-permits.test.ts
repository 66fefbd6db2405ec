import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadRuleData } from "../../layers/rule-data.ts";
import { logger } from "../shared/logger.ts";
import type { Permit } from "./domain/permit.ts";
import { device, outlet, permit } from "./fixtures.ts";
import type { ImportResult, Services } from "./import-file.ts";
import { run } from "./import-permits.ts";

const root = join(import.meta.dirname, "../..");
const ruleData = loadRuleData(join(root, "layers/rule-data"));
const event = JSON.parse(readFileSync(join(root, "events/s3-object-created.json"), "utf8"));
const withKey = (key: string, size = 100): unknown => ({
  ...event,
  detail: { ...event.detail, object: { key, size } },
});

/** A bucket in memory that answers the two commands the entry uses. */
let objects: Map<string, Uint8Array | string>;
const s3 = {
  send: async ({ input }: { input: { Key: string; Body?: string } }) => {
    if (input.Body !== undefined) objects.set(input.Key, input.Body);
    const found = objects.get(input.Key);
    if (found === undefined) throw new Error(`NoSuchKey ${input.Key}`);
    return {
      Body: { transformToByteArray: async () => (typeof found === "string" ? new TextEncoder().encode(found) : found) },
    };
  },
} as unknown as S3Client;

let applied: Permit[][];
const services = (): Services => ({
  s3,
  bucket: "imports",
  ruleData,
  newCode: () => "code",
  register: {
    applyPermits: async (permits, { importedAt, source }) => {
      expect([importedAt, source]).toEqual(["2026-10-01T08:00:12+08:00", expect.stringMatching(/^permits\//)]);
      applied.push([...permits]);
      return { ok: true, created: permits.length, revised: 0, unchanged: 0, outdated: 0 };
    },
  },
});
const result = (key: string): ImportResult => JSON.parse(String(objects.get(key)));

beforeEach(() => {
  objects = new Map();
  applied = [];
});

it("applies a good file and says so under results/", async () => {
  objects.set("permits/tongxiang.json", JSON.stringify({ permits: [permit(1), permit(2)] }));
  await run(event, services());
  expect(applied.map((list) => list.map((p) => p.permitNo))).toEqual([[permit(1).permitNo, permit(2).permitNo]]);
  expect(result("results/tongxiang.json")).toEqual({
    ok: true,
    source: "permits/tongxiang.json",
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    importedAt: "2026-10-01T08:00:12+08:00",
    ruleData: ruleData.version,
    plants: 2,
    created: 2,
    revised: 0,
    unchanged: 0,
    outdated: 0,
    problemCount: 0,
    problems: [],
  });
});

it.each([
  ["permits/a.json", "results/a.json"],
  ["permits/2026/10/a.json", "results/2026/10/a.json"],
  ["permits/a", "results/a.json"],
  ["permits/permits/a.JSON", "results/permits/a.json"],
])("answers %s at %s", async (key, answer) => {
  objects.set(key, '{"permits":[]}');
  await run(withKey(key), services());
  expect(result(answer)).toMatchObject({ ok: true, source: key });
});

describe("a file that is wrong", () => {
  const gbk = Uint8Array.of(0x7b, 0x22, 0xb9, 0xa4, 0xb3, 0xa7, 0x22); // {"工厂" in GBK
  it.each<[string, string | Uint8Array, string, RegExp]>([
    ["is not JSON", "{", "", /not JSON/],
    ["is not UTF-8", gbk, "", /not UTF-8.*not GBK/],
    ["is empty", "", "", /not JSON/],
    [
      "has a wrong permit",
      JSON.stringify({ permits: [permit(1), permit(2, { town: 7 })] }),
      "permits[1].town",
      /must be a string, is 7/,
    ],
  ])("%s: nothing is applied, the result says why", async (_, content, path, reason) => {
    objects.set("permits/tongxiang.json", content);
    await run(event, services());
    expect(applied).toEqual([]);
    expect(result("results/tongxiang.json")).toMatchObject({
      ok: false,
      plants: 0,
      problemCount: 1,
      problems: [{ path, reason: expect.stringMatching(reason) }],
    });
  });

  it("is too large: refused unread", async () => {
    await run(withKey("permits/huge.json", 60 * 1024 * 1024), services());
    expect(result("results/huge.json")).toMatchObject({
      ok: false,
      sha256: null,
      problems: [{ reason: expect.stringContaining("split it") }],
    });
  });

  it("holds a device of another plant: the register's problem is the result", async () => {
    objects.set("permits/tongxiang.json", JSON.stringify({ permits: [permit(1)] }));
    const problem = { path: "permits[0].outlets[0].devices[0].mn", reason: "MN-1 is bound" };
    const applyPermits = async () => ({ ok: false as const, problems: [{ ...problem, zh: "已登记" }] });
    await run(event, { ...services(), register: { applyPermits } });
    const { ok, problems } = result("results/tongxiang.json");
    expect([ok, problems]).toEqual([false, [problem]]);
  });

  it("has more problems than fit: the first thousand and the number of all", async () => {
    const devices = Array.from({ length: 1_500 }, () => device({ mn: "" }));
    objects.set("permits/tongxiang.json", JSON.stringify({ permits: [permit(1, { outlets: [outlet({ devices })] })] }));
    await run(event, services());
    const { problems, problemCount } = result("results/tongxiang.json");
    expect([problems.length, problemCount]).toEqual([1_000, 1_500]);
  });
});

it("takes a byte order mark", async () => {
  objects.set("permits/tongxiang.json", `\uFEFF{"permits":[]}`);
  await run(event, services());
  expect(result("results/tongxiang.json").ok).toBe(true);
});

describe("what is not the file's fault is thrown, so that the event is delivered again", () => {
  it.each<[string, unknown, RegExp]>([
    ["an event of another kind", { detail: {} }, /Object Created event: time is missing/],
    ["an object that is not a permits file", withKey("results/a.json"), /detail\.object\.key/],
    [
      "another bucket",
      { ...event, detail: { ...event.detail, bucket: { name: "other" } } },
      /bucket other, expected imports/,
    ],
    ["an object that is gone", event, /NoSuchKey/],
  ])("%s", async (_, wrong, message) => {
    await expect(run(wrong, services())).rejects.toThrow(message);
    expect(objects.size).toBe(0);
  });

  it("the table does not answer", async () => {
    objects.set("permits/tongxiang.json", '{"permits":[]}');
    const register = { applyPermits: () => Promise.reject(new Error("throttled")) };
    await expect(run(event, { ...services(), register })).rejects.toThrow("throttled");
    expect([...objects.keys()]).toEqual(["permits/tongxiang.json"]);
  });
});

it("logs no phone number", async () => {
  const warn = vi.spyOn(logger, "warn");
  objects.set(
    "permits/tongxiang.json",
    JSON.stringify({ permits: [permit(1, { contacts: [{ role: "operator", phone: 13900001234 }] })] }),
  );
  await run(event, services());
  expect(result("results/tongxiang.json").problems[0]?.reason).toContain("13900001234");
  expect(warn).toHaveBeenCalledOnce();
  expect(JSON.stringify(warn.mock.calls)).not.toContain("13900001234");
});
