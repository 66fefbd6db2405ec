import { expect, test } from "vitest";
import { endpointProblem } from "./push-endpoint.ts";

test.each([
  "https://fcm.googleapis.com/fcm/send/dQw4w9WgXcQ:APA91b",
  "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
  "https://web.push.apple.com/QGuI",
  "https://wns2-sg2p.notify.windows.com/w/?token=Bg",
])("a push service: %s", (endpoint) => expect(endpointProblem(endpoint)).toBeNull());

test.each([
  ["http://fcm.googleapis.com/x", /https/],
  ["ftp://fcm.googleapis.com/x", /https/],
  ["nothing", /no address/],
  ["https://user:pw@fcm.googleapis.com/", /name or password/],
  ["https://fcm.googleapis.com:8443/", /port/],
  ["https://localhost/x", /public/],
  ["https://127.0.0.1/x", /public/],
  ["https://2130706433/x", /public/],
  ["https://0x7f.1/x", /public/],
  ["https://[::1]/x", /public/],
  ["https://169.254.169.254/latest", /public/],
  ["https://10.0.0.1/", /public/],
  ["https://push/", /public/],
  ["https://db.internal/", /public/],
  ["https://printer.local/", /public/],
  ["https://push.localhost/", /public/],
  ["http://127.0.0.1:9000/", /https/],
  [`https://push.services.cn/${"x".repeat(1000)}`, /1000/],
])("not a push service: %s", (endpoint, why) => expect(endpointProblem(endpoint)).toMatch(why));

test("a push service on this machine, only where it is allowed, and nowhere else inside", () => {
  expect(endpointProblem("http://127.0.0.1:9000/push/1", true)).toBeNull();
  expect(endpointProblem("http://127.0.0.2:9000/push/1", true)).toMatch(/https/);
  expect(endpointProblem("http://localhost:9000/push/1", true)).toMatch(/https/);
});
