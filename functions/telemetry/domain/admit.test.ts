import { describe, expect, test } from "vitest";
import type { Binding } from "../../register/domain/bindings.ts";
import { DAY, MINUTE } from "../../shared/shanghai.ts";
import { at, numbers, record } from "../fixtures.ts";
import { admit, type Admission } from "./admit.ts";
import type { Topic } from "./read-payload.ts";
import type { DeviceRecord } from "./reading.ts";

const NOW = at("08:00");
const binding: Binding = { permitNo: "P1", outlet: "DA001", from: 0, to: null };
const own: Topic = { kind: "device", mn: "A", channel: "hj212" };
const gateway: Topic = { kind: "gateway", gateway: "gw", permitNo: "P1", channel: "hj212" };
const ask = (over: Partial<DeviceRecord> = {}, topic: Topic = own, bindings = [binding]): Admission =>
  admit({ ...record({ dataTime: NOW }), ...over }, topic, bindings, NOW, numbers.clock);
const reason = (a: Admission): string => (a.ok ? "ok" : a.reason);

test("a device on its own topic, or behind the gateway of its plant, comes in to its outlet", () => {
  expect(ask()).toEqual({ ok: true, permitNo: "P1", outlet: "DA001" });
  expect(ask({}, gateway)).toEqual({ ok: true, permitNo: "P1", outlet: "DA001" });
});
test("a frame that names another MN than its topic is refused", () => {
  expect(reason(ask({ mn: "B" }))).toBe("mn-mismatch");
});
test("an MN of no permit is unknown, on both kinds of topic", () => {
  expect(reason(ask({}, own, []))).toBe("mn-unknown");
  expect(reason(ask({}, gateway, []))).toBe("mn-unknown");
});
describe("DataTime", () => {
  test.each([
    ["ten minutes ahead", NOW + 10 * MINUTE, "ok"],
    ["more than that", NOW + 10 * MINUTE + 1, "time"],
    ["seven days behind", NOW - 7 * DAY, "ok"],
    ["more than that", NOW - 7 * DAY - 1, "time"],
  ])("%s", (_, dataTime, expected) => expect(reason(ask({ dataTime }))).toBe(expected));
  test("is judged before the binding: a wrong clock is named, not an unknown device", () => {
    expect(reason(ask({ dataTime: NOW - 8 * DAY }, own, [{ ...binding, from: NOW }]))).toBe("time");
  });
  test("decides the binding, from its first moment to before its last", () => {
    const bindings = [
      { ...binding, from: NOW - MINUTE, to: NOW },
      { ...binding, permitNo: "P2", from: NOW, to: null },
    ];
    expect(ask({ dataTime: NOW - MINUTE }, own, bindings)).toMatchObject({ permitNo: "P1" });
    expect(ask({ dataTime: NOW }, own, bindings)).toMatchObject({ permitNo: "P2" });
    expect(reason(ask({ dataTime: NOW - MINUTE - 1 }, own, bindings))).toBe("mn-unknown");
  });
  test("that is missing leaves the receipt to decide", () => {
    expect(reason(ask({ dataTime: null }, own, [{ ...binding, to: NOW }]))).toBe("mn-unknown");
    expect(reason(ask({ dataTime: null }))).toBe("ok");
  });
});
test("a gateway may not speak for another plant's device", () => {
  expect(reason(ask({}, { ...gateway, permitNo: "P2" }))).toBe("mn-mismatch");
});
