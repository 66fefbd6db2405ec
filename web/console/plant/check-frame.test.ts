import { expect, test } from "vitest";
import { nextLink, sha256 } from "../../../functions/telemetry/domain/archive-line.ts";
import { checkFrame } from "./check-frame.ts";

const bytes = Buffer.from("##0101QN=20261001080000000;中文\u0000\r\n");
const receivedAt = "2026-10-01T08:01:02+08:00";
const previous = "0".repeat(64);
const frame = {
  base64: bytes.toString("base64"),
  sha256: sha256(bytes),
  previous,
  receivedAt,
  link: nextLink(previous, receivedAt, sha256(bytes)),
};

test("what the archive wrote, the browser computes alike", async () => {
  expect(await checkFrame(frame)).toEqual({ sha256: true, link: true });
  expect(await checkFrame({ ...frame, previous: null, link: null })).toEqual({ sha256: true, link: null });
});

test.each([
  [
    "a byte",
    { base64: Buffer.from(`${bytes.toString("latin1")}x`, "latin1").toString("base64") },
    { sha256: false, link: false },
  ],
  ["the receipt", { receivedAt: "2026-10-01T08:01:03+08:00" }, { sha256: true, link: false }],
  ["the frame before", { previous: "1".repeat(64) }, { sha256: true, link: false }],
])("%s that was changed is found", async (_, change, found) => {
  expect(await checkFrame({ ...frame, ...change })).toEqual(found);
});
