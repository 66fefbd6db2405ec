import { X509Certificate } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newKey, newRequest } from "../../../functions/devices/new-request.ts";
import { parseRequest } from "../../../functions/devices/read-request.ts";
import { temporaryFolder } from "../test-assembly.ts";
import { openAuthority } from "./certificate-authority.ts";

const NOW = Date.parse("2026-10-01T00:00:00Z");
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder[Symbol.dispose]());
const open = (name = "iot"): ReturnType<typeof openAuthority> => openAuthority(join(folder.path, name), () => NOW);

test("made once per folder, for its owner only; another folder has another one", async () => {
  const first = await open();
  expect((await open()).pem).toBe(first.pem);
  expect(statSync(join(folder.path, "iot/ca-key.pem")).mode & 0o777).toBe(0o600);
  const [ca, other] = [first, await open("other")].map(({ pem }) => new X509Certificate(pem));
  expect(ca?.ca).toBe(true);
  expect(ca?.subject).toMatch(/^CN=Permit Watch local CA [0-9a-f]{8}$/);
  expect(other?.subject).not.toBe(ca?.subject);
});

test("a device's certificate carries the request's name and key, and is good for nothing but being a client", async () => {
  const authority = await open();
  const ca = new X509Certificate(authority.pem);
  const request = parseRequest(await newRequest("MN1", newKey()));
  const [one, two] = [await authority.sign(request), await authority.sign(request)].map(
    (pem) => new X509Certificate(pem),
  );
  expect(one?.checkIssued(ca) && one.verify(ca.publicKey)).toBe(true);
  expect(one?.subject).toBe("CN=MN1");
  expect(one?.ca).toBe(false);
  expect(one?.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  expect(one?.publicKey.export({ type: "spki", format: "der" })).toEqual(Buffer.from(request.publicKey.rawData));
  // A device's clock may be a day behind.
  expect([one?.validFromDate, one?.validToDate]).toEqual([
    new Date(NOW - 86_400_000),
    new Date("2049-12-31T23:59:59Z"),
  ]);
  expect(two?.serialNumber).not.toBe(one?.serialNumber);
});

test("the listener answers to the machine's names, and to the address it was told", async () => {
  const { cert, key } = await (await open()).listener("192.0.2.7");
  const certificate = new X509Certificate(cert);
  for (const ip of ["127.0.0.1", "::1", "192.0.2.7"]) expect(certificate.checkIP(ip), ip).toBeDefined();
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkIP("192.0.2.8")).toBeUndefined();
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  expect(key).toMatch(/PRIVATE KEY/);
});

test("without its key it says what to do; without its certificate it makes the same one's successor", async () => {
  const { pem } = await open();
  const request = parseRequest(await newRequest("MN1", newKey()));
  rmSync(join(folder.path, "iot/ca.pem"));
  const issued = new X509Certificate(await (await open()).sign(request));
  expect(issued.verify(new X509Certificate(pem).publicKey)).toBe(true);
  rmSync(join(folder.path, "iot/ca-key.pem"));
  await expect(open()).rejects.toThrow(/ca-key.pem is missing: put it back from the backup/);
});
