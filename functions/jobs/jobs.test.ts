/** A job from asking to its end: twice asked, twice delivered, cancelled before and while it runs, given up. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { bucketInMemory, startCity, type City } from "../city/fixtures.ts";
import { at } from "../telemetry/fixtures.ts";
import { askJob } from "./ask-job.ts";
import { isStalled, MOST_ATTEMPTS, newJob } from "./domain/job.ts";
import { Cancelled, isJobEvent, JobProblem, runJob } from "./run-job.ts";

const NOW = at("08:00");
let dynamo: TestDynamo;
let city: City;
let bucket: ReturnType<typeof bucketInMemory>;
let rita: string;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
beforeEach(async () => {
  bucket = bucketInMemory();
  city = await startCity(dynamo, [], { bucket });
  city.setNow(NOW);
  rita = await city.person({ roles: ["regulator"] });
});

let requests = 0;
async function ask(id: string, sub = rita): Promise<unknown> {
  const person = (await city.services.people.person(sub))!;
  const entry = { id: `r${++requests}`, at: NOW, sub, name: person.name, operation: "ask" };
  const change = async (writes: Parameters<City["services"]["people"]["change"]>[0], of: object): Promise<void> => {
    const whole = { ...entry, ...of } as Parameters<City["services"]["people"]["change"]>[1];
    expect(await city.services.people.change(writes, whole)).toBe(true);
  };
  const { jobs } = city.services;
  return askJob(
    { person, at: NOW, change },
    { jobs, bucket },
    { id, kind: "check-permits", input: { a: 1 }, target: "x" },
  );
}
const event = (id: string): unknown => ({ detail: { object: { key: `jobs/check-permits/${id}.json` } } });
const run = (id: string, work: Parameters<typeof runJob>[2]): Promise<void> =>
  runJob(event(id), { jobs: city.services.jobs, now: () => NOW + 1000 }, work);
const shown = async (id: string): Promise<Record<string, unknown>> => (await city.get(rita, `/api/jobs/${id}`)).body;

describe("a job", () => {
  test("waits, runs, says how far it is, and ends with what came of it", async () => {
    await ask("one");
    expect([...bucket.objects.keys()]).toEqual(["jobs/check-permits/one.json"]);
    expect(await shown("one")).toMatchObject({ state: "waiting", done: 0, of: null, by: expect.any(String) });
    await run("one", async ({ input }, progress) => {
      expect(input).toEqual({ a: 1 });
      await progress(3, 7);
      expect(await shown("one")).toMatchObject({ state: "running", done: 3, of: 7 });
      return { plants: 7 };
    });
    expect(await shown("one")).toMatchObject({ state: "done", result: { plants: 7 }, problem: null });
    const { body } = await city.get(rita, "/api/jobs");
    expect(body).toMatchObject({ jobs: [{ id: "one", state: "done" }], next: null });
  });

  test("is one job however often it is asked for, and begins again only while it is not over", async () => {
    await ask("one");
    await ask("one");
    expect((await city.get(rita, "/api/jobs")).body.jobs).toHaveLength(1);
    let runs = 0;
    const work = async (): Promise<null> => (runs++, null);
    await run("one", work);
    await run("one", work);
    expect(runs).toBe(1);
    bucket.objects.clear();
    await ask("one");
    expect(bucket.objects.size).toBe(0);
    const other = await city.person({ roles: ["regulator"] });
    await expect(ask("one", other)).rejects.toThrow("something else of this id");
  });

  test("ends where its work asks, when somebody cancels it; what it did stays said", async () => {
    await ask("one");
    await run("one", async (_, progress) => {
      await progress(1, 9);
      expect((await city.send(rita, "POST", "/api/jobs/one/cancel", {})).status).toBe(202);
      // Said twice, it is said.
      expect((await city.send(rita, "POST", "/api/jobs/one/cancel", {})).status).toBe(202);
      await progress(2, 9).catch((error: unknown) => {
        (error as Cancelled).result = { applied: 2 };
        throw error;
      });
      throw new Error("went on");
    });
    expect(await shown("one")).toMatchObject({ state: "cancelled", cancel: true, done: 2, result: { applied: 2 } });
    expect((await city.send(rita, "POST", "/api/jobs/one/cancel", {})).status).toBe(409);
  });

  test("that waits is cancelled at once and never begins", async () => {
    await ask("one");
    await city.send(rita, "POST", "/api/jobs/one/cancel", {});
    expect(await shown("one")).toMatchObject({ state: "cancelled" });
    await run("one", () => Promise.reject(new Error("ran")));
    expect(await shown("one")).toMatchObject({ state: "cancelled" });
  });

  test("fails at once with what to do, or after the last attempt", async () => {
    await ask("one");
    await run("one", () => Promise.reject(new JobProblem("split the file")));
    expect(await shown("one")).toMatchObject({ state: "failed", problem: "split the file" });
    await ask("two");
    for (let n = 1; n <= MOST_ATTEMPTS; n++) {
      expect(await shown("two")).toMatchObject({ state: n === 1 ? "waiting" : "running" });
      await expect(run("two", () => Promise.reject(new Error("engine is away")))).rejects.toThrow("engine is away");
    }
    expect(await shown("two")).toMatchObject({ state: "failed", problem: expect.stringContaining("operators") });
  });

  test("of which nothing is heard for longer than a function may run is stalled, and can be cancelled at once", async () => {
    await ask("one");
    await city.services.jobs.start("one", NOW);
    city.setNow(NOW + 16 * 60_000);
    expect(await shown("one")).toMatchObject({ state: "running", stalled: false });
    city.setNow(NOW + 16 * 60_000 + 1);
    expect(await shown("one")).toMatchObject({ state: "running", stalled: true });
    await city.send(rita, "POST", "/api/jobs/one/cancel", {});
    expect(await shown("one")).toMatchObject({ state: "cancelled", stalled: false });
    expect(
      isStalled(
        { ...newJob({ id: "x", kind: "check-permits", by: { sub: "", name: "" }, input: 0, at: 0 }), state: "done" },
        1e12,
      ),
    ).toBe(false);
  });

  test("no other object of the bucket is taken for one", async () => {
    expect(isJobEvent(event("one"))).toBe(true);
    for (const key of ["permits/a.json", "jobs/other/a.json", "jobs/check-permits/a/b.json"])
      expect(isJobEvent({ detail: { object: { key } } }), key).toBe(false);
    await run("unknown", () => Promise.reject(new Error("ran")));
    expect((await city.get(rita, "/api/jobs/unknown")).status).toBe(404);
  });
});
