import type { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../layers/rule-data.ts";
import { plantView } from "./domain/plant-view.ts";
import { facts, limit, outlet, permit } from "./fixture.ts";
import { run, type Services } from "./publish-pages.ts";

const rules = loadRuleData("layers/rule-data");

const record = (
  sequence: string,
  permitNo: string,
  sk = "HOUR#2026-10-01T08#R000",
  states?: [string, string],
): unknown => ({
  eventName: "MODIFY",
  eventID: sequence,
  dynamodb: {
    SequenceNumber: sequence,
    Keys: { pk: { S: `PLANT#${permitNo}` }, sk: { S: sk } },
    ...(states && { OldImage: { state: { S: states[0] } }, NewImage: { state: { S: states[1] }, v: { N: "3" } } }),
  },
});

/** A register of plants A, B and C; writing the page of those in `broken` fails. */
function services(broken: string[] = []): { services: Services; written: Record<string, unknown>[]; reads: string[] } {
  const written: Record<string, unknown>[] = [];
  const reads: string[] = [];
  const view = (permitNo: string) =>
    plantView(
      facts({ code: `code-${permitNo}`, permit: permit([outlet("DA001", [limit("a21002")])], { permitNo }) }),
      rules,
    );
  return {
    written,
    reads,
    services: {
      views: {
        viewByPermit: async (permitNo) => {
          reads.push(permitNo);
          return "ABC".includes(permitNo) ? view(permitNo) : null;
        },
      },
      rules,
      bucket: "site",
      s3: {
        send: async ({ input }: { input: Record<string, unknown> }) => {
          if (broken.some((b) => input.Key === `p/code-${b}`)) throw new Error("bucket is busy");
          written.push(input);
          return {};
        },
      } as unknown as S3Client,
    },
  };
}

describe("publish-pages", () => {
  test("one page per plant and batch, with type and lifetime", async () => {
    const { services: s, written, reads } = services();
    const event = { Records: [record("1", "A"), record("2", "B"), record("3", "A", "DAY#2026-09-30#R000")] };
    expect(await run(event, s)).toEqual({ batchItemFailures: [] });
    expect(reads).toEqual(["A", "B"]);
    expect(written.map((w) => w.Key)).toEqual(["p/code-A", "p/code-B"]);
    expect(written[0]).toMatchObject({
      Bucket: "site",
      ContentType: "text/html; charset=utf-8",
      CacheControl: "public, max-age=60",
    });
    expect(String(written[0]?.Body)).toMatch(/^<!doctype html>/);
  });

  test("a warning is a new page only when the public state changes", async () => {
    const { services: s, reads } = services();
    await run(
      { Records: [record("1", "A", "WARNING", ["warned", "warned"]), record("2", "B", "WARNING", ["normal", "lost"])] },
      s,
    );
    expect(reads).toEqual(["B"]);
  });

  test("a page that cannot be written is asked for again from its first record, the others stand", async () => {
    const { services: s, written } = services(["B"]);
    const event = {
      Records: [record("1", "A"), record("2", "B"), record("3", "C"), record("4", "B", "DAY#2026-09-30#R000")],
    };
    expect(await run(event, s)).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
    expect(written.map((w) => w.Key)).toEqual(["p/code-A", "p/code-C"]);
  });

  test("a plant that the register does not know stops nobody", async () => {
    const { services: s, written } = services();
    expect(await run({ Records: [record("1", "Z"), record("2", "A")] }, s)).toEqual({ batchItemFailures: [] });
    expect(written).toHaveLength(1);
  });

  test("anything but a stream event is refused with a reason", async () => {
    await expect(run({ Records: [{ eventName: "INSERT" }] }, services().services)).rejects.toThrow(
      "Records[0].dynamodb is missing",
    );
  });
});
