import { createPrivateKey, createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { keyText } from "../../../functions/devices/iot-registry.ts";
import { readRequest } from "../../../functions/devices/read-request.ts";
import { newRequest } from "./new-request.ts";

test.each(["330483A890001600000169C1", "A", "x".repeat(64)])(
  "a request for %s is one that the server signs",
  async (mn) => {
    const { key, request } = await newRequest(mn);
    const { publicKey } = await readRequest(request, mn);
    expect(keyText(publicKey)).toBe(keyText(createPublicKey(createPrivateKey(key))));
    await expect(readRequest(request, "another")).rejects.toThrow("common name");
  },
);

test("whatever zeros the signature begins with", async () => {
  // One in 256 has an r or s that begins with a zero byte, every second one a high bit.
  for (let i = 0; i < 600; i++) await readRequest((await newRequest("A")).request, "A");
}, 60_000);
