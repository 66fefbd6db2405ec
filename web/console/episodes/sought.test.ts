import { expect, test } from "vitest";
import { soughtOf } from "./sought.ts";

test.each([
  ["", {}],
  ["from=2026-10-01&to=2026-10-02", { from: "2026-10-01T00:00:00+08:00", to: "2026-10-03T00:00:00+08:00" }],
  ["to=2026-10-31", { from: "2026-10-01T00:00:00+08:00", to: "2026-11-01T00:00:00+08:00" }],
  ["from=2026-10-01", { from: "2026-10-01T00:00:00+08:00" }],
  ["from=2026-02-31&kind=nonsense&open=maybe&town=", {}],
  ["pollutant=a21002", { pollutant: "a21002" }],
  ["pollutant=<script>", {}],
  ["kind=noise&open=true&town=乌镇镇", { kind: "noise", open: "true", town: "乌镇镇" }],
])("%s", (query, sought) => expect(soughtOf(new URLSearchParams(query), null)).toEqual(sought));

test("of one plant", () => expect(soughtOf(new URLSearchParams(), "P")).toEqual({ permitNo: "P" }));
