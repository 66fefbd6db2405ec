import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { askAgain } from "./ask-again.ts";

/** A page that shows `key`; `answer` answers its oldest open question. */
function shown(queries: QueryClient, key: string) {
  const open: ((value: number) => void)[] = [];
  let asked = 0;
  const observer = new QueryObserver<number>(queries, {
    queryKey: [key],
    queryFn: () => {
      asked += 1;
      return new Promise<number>((resolve) => open.push(resolve));
    },
  });
  const leave = observer.subscribe(() => undefined);
  const answer = async (value: number): Promise<void> => {
    open.shift()?.(value);
    await new Promise((done) => setImmediate(done));
    await new Promise((done) => setTimeout(done)); // the library tells its observers in a task of its own
  };
  return { answer, leave, asked: () => asked, value: () => observer.getCurrentResult().data };
}

test("what was answered is asked again at once", async () => {
  const queries = new QueryClient();
  const page = shown(queries, "board");
  await page.answer(1);
  const done = askAgain(queries, { queryKey: ["board"] });
  expect(page.asked()).toBe(2);
  await page.answer(2);
  await done;
  expect([page.value(), page.asked()]).toEqual([2, 2]);
  page.leave();
});

test("a first question that is on its way is asked once more when it is answered", async () => {
  const queries = new QueryClient();
  const page = shown(queries, "board");
  const other = shown(queries, "people");
  const done = askAgain(queries, { queryKey: ["board"] });
  expect(page.asked()).toBe(1);
  await page.answer(1);
  expect(page.asked()).toBe(2);
  await page.answer(2);
  await done;
  expect([page.value(), page.asked(), other.asked()]).toEqual([2, 2, 1]);
  page.leave();
  other.leave();
});
