/** Who can sign in to a new machine, and how an invited person comes to an account. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keys } from "../../../functions/people/stored-items.ts";
import type { Machine } from "../machine.ts";
import { temporaryFolder } from "../test-assembly.ts";
import { demoPeople, firstPeople, resetPassword } from "./first-people.ts";
import { newPassword, weaknesses } from "./password-policy.ts";
import { startSignInMachine } from "./test-template.ts";
import { issuerOf, signInForTest, TEST_PASSWORD, testAccount, TestBrowser } from "./test-sign-in.ts";

let folder: ReturnType<typeof temporaryFolder>;
let machine: Machine;
beforeAll(async () => {
  folder = temporaryFolder();
  machine = await startSignInMachine(folder.path);
});
afterAll(async () => {
  await machine.stop();
  folder[Symbol.dispose]();
});

const rows = async (): Promise<Record<string, { S?: string; L?: { S: string }[] }>[]> => {
  const { Items } = await machine.call<{ Items: Record<string, { S?: string; L?: { S: string }[] }>[] }>("Query", {
    TableName: machine.setting("PEOPLE_TABLE"),
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": { S: "PEOPLE" } },
  });
  return Items;
};

test("the first start makes an administrator and the demo's people, each with a password that is in no file; the second nobody", async () => {
  const demo = demoPeople(24);
  const made = await firstPeople(machine, demo, 1_790_000_000_000);
  expect(made.map(({ username, role, of }) => [username, role, of === ""])).toEqual([
    ["admin", "regulator", true],
    ["inspector", "inspector", true],
    ["town", "town-officer", false],
    ["plant1", "enterprise", false],
    ["plant2", "enterprise", false],
    ["auditor", "auditor", true],
    ["expert", "expert", false],
  ]);
  expect(new Set(made.map(({ password }) => password)).size).toBe(7);
  for (const { username, password } of made.slice(0, 2))
    expect((await signInForTest(machine, username, password)).scope).toBe("openid profile");

  const stored = await rows();
  expect(stored).toHaveLength(7);
  const enterprise = stored.filter((row) => row["roles"]?.L?.[0]?.S === "enterprise");
  const plants = enterprise.map((row) => row["plants"]?.L?.map(({ S }) => S));
  const bound = made.filter((person) => person.role === "enterprise").map((person) => person.of);
  expect(new Set(plants.flat())).toEqual(new Set(bound));

  expect(await firstPeople(machine, demo, 1_790_000_000_000)).toEqual([]);
  const files = globSync("**/*", { cwd: join(folder.path, "data") }).map((file) => join(folder.path, "data", file));
  for (const file of files.filter((each) => statSync(each).isFile()))
    for (const { password } of made) expect([file, readFileSync(file).includes(password)]).toEqual([file, false]);

  const again = await resetPassword(machine, "ADMIN");
  await expect(signInForTest(machine, "admin", made[0]?.password)).rejects.toThrow("用户名或密码不对");
  await signInForTest(machine, "admin", again ?? "");
  expect(await resetPassword(machine, "nobody")).toBeNull();
});

test("nobody of a plant without plants; with one plant, one enterprise", () => {
  expect(demoPeople(0).map(({ username }) => username)).toEqual(["inspector", "auditor"]);
  expect(demoPeople(1).filter(({ role }) => role === "enterprise")).toHaveLength(1);
});

describe("an invitation", () => {
  const invite = async (
    name: string,
    expires: number,
    sub: string = randomUUID(),
  ): Promise<{ sub: string; url: string }> => {
    const token = randomBytes(32).toString("base64url");
    const hash = createHash("sha256").update(token).digest("hex");
    const key = keys.invite(hash);
    await machine.call("PutItem", {
      TableName: machine.setting("PEOPLE_TABLE"),
      Item: {
        pk: { S: key.pk },
        sk: { S: key.sk },
        token: { S: hash },
        sub: { S: sub },
        name: { S: name },
        expires: { N: String(expires) },
      },
    });
    return { sub, url: `${issuerOf(machine).issuer}/invite/${token}` };
  };
  const hour = (): number => Date.now() + 3_600_000;
  const accept = async (
    url: string,
    username: string,
    password = TEST_PASSWORD,
    again = password,
  ): Promise<[number, string]> => {
    const answer = await new TestBrowser().post(url, { username, password, again });
    const text = await answer.text();
    return [
      answer.status,
      /id="problem"[^>]*>([^<]*)/.exec(text)?.[1]?.trim() ?? /<title>([^<]*)/.exec(text)?.[1] ?? "",
    ];
  };

  test("makes the account of its subject, once", async () => {
    const { sub, url } = await invite("王 <建国>", hour());
    const page = await (await fetch(url)).text();
    expect(page).toContain("王 &#60;建国&#62;，您好");
    expect(await accept(url, "wang.jianguo")).toEqual([200, "账号已设置 Your account is set up"]);
    const { access_token: token } = await signInForTest(machine, "Wang.Jianguo");
    const me = await fetch(`${machine.url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await me.json()) as { jwt: { claims: { sub: string } } }).jwt.claims.sub).toBe(sub);
    expect((await accept(url, "other"))[0]).toBe(410);
  });

  test("sets a forgotten password anew and ends what was signed in with the old one", async () => {
    const sub = await testAccount(machine, "lost");
    const browser = new TestBrowser();
    await signInForTest(machine, "lost", TEST_PASSWORD, browser);
    const { url } = await invite("lost", hour(), sub);
    expect((await accept(url, "lost", "Another-Horse-8-Staple"))[0]).toBe(200);
    await expect(signInForTest(machine, "lost")).rejects.toThrow("用户名或密码不对");
    await signInForTest(machine, "lost", "Another-Horse-8-Staple");
  });

  test("says what is wrong with name and password, and stays good for another try", async () => {
    await testAccount(machine, "taken");
    const { url } = await invite("李四", hour());
    expect(await accept(url, "TAKEN")).toEqual([422, "这个用户名已有人使用，请换一个。"]);
    expect((await accept(url, "li"))[1]).toContain("3–64");
    expect((await accept(url, "lisi", "Short-1"))[1]).toContain("密码太短");
    expect((await accept(url, "lisi", "no-capital-letter-1"))[1]).toContain("大写字母");
    expect((await accept(url, "lisi", "My-name-is-LiSi-1"))[1]).toContain("不能包含用户名");
    expect((await accept(url, "lisi", TEST_PASSWORD, "other"))[1]).toContain("不一样");
    expect((await accept(url, "lisi"))[0]).toBe(200);
  });

  test("is over after its time; a token that never was one is the same", async () => {
    const { url } = await invite("晚了", Date.now() - 1);
    const never = `${issuerOf(machine).issuer}/invite/${randomBytes(32).toString("base64url")}`;
    for (const each of [url, never]) {
      const answer = await fetch(each);
      expect([answer.status, await answer.text()]).toEqual([410, expect.stringContaining("邀请已过期")]);
      expect((await accept(each, "late"))[0]).toBe(410);
    }
  });

  test("is not taken from another page", async () => {
    const { url } = await invite("某人", hour());
    const fields = { username: "somebody", password: TEST_PASSWORD, again: TEST_PASSWORD };
    expect((await new TestBrowser().post(url, fields, "https://evil.example")).status).toBe(403);
  });
});

test("made passwords are strong by the policy, whatever the dice", () => {
  const policy = { length: 12, lower: true, upper: true, digit: true, symbol: true };
  for (let i = 0; i < 200; i += 1) expect(weaknesses(newPassword(policy), "admin", policy)).toEqual([]);
});
