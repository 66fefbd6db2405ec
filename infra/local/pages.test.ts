import { describe, expect, test } from "vitest";
import { homePage } from "./home-page.ts";
import { phonePage, type PhoneMessage } from "./phone-page.ts";

const message = (over: Partial<PhoneMessage> = {}): PhoneMessage => ({
  at: "2026-10-01T08:35:00+08:00",
  to: "+8613900000001",
  permitNo: "91330483MA2ABCD126001P",
  text: "【预警】DA001 氮氧化物",
  state: "sent",
  ...over,
});

describe("phonePage", () => {
  test("says when the first message can come as long as there is none", () => {
    const html = phonePage([]);
    expect(html).toContain("五分钟");
    expect(html).toContain("five-minute tick");
    expect(html).not.toContain('class="phone"');
  });

  test("one phone per recipient, the newest message first, in the order of the outbox", () => {
    const html = phonePage([
      message({ at: "2026-10-01T08:40:00+08:00", text: "新的" }),
      message({ to: "+8613900000002", text: "别人的" }),
      message({ text: "旧的" }),
    ]);
    expect(html.match(/class="phone"/g)).toHaveLength(2);
    expect(html.indexOf("新的")).toBeLessThan(html.indexOf("旧的"));
    expect(html.indexOf("旧的")).toBeLessThan(html.indexOf("别人的")); // grouped: the first phone is complete before the next
  });

  test.each([
    ["sent", "已发送"],
    ["failed", "发送失败"],
    ["unknown", "不重发"],
    ["expired", "过时未发"],
    ["something-new", "something-new"],
  ])("says what became of a message: %s", (state, words) => {
    expect(phonePage([message({ state })])).toContain(words);
  });

  test("text of a message is text", () => {
    const html = phonePage([message({ text: `<script>alert("1")</script>`, permitNo: "<u>" })]);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<u>");
    expect(html).toContain("&#60;script&#62;");
  });

  test("shows forty messages a phone and counts the rest", () => {
    const html = phonePage(Array.from({ length: 43 }, (_, i) => message({ text: `n${i}.` })));
    expect(html).toContain("n39.");
    expect(html).not.toContain("n40.");
    expect(html).toContain("另有 3 条");
  });

  test("names the plant when it is known", () => {
    expect(phonePage([message()], new Map([["91330483MA2ABCD126001P", "（演示）某某厂"]]))).toContain("（演示）某某厂");
  });
});

describe("homePage", () => {
  test("links every plant's public page, names escaped", () => {
    const html = homePage([{ permitNo: "P1", code: "abc def", name: "A & <B>", town: "崇福镇" }]);
    expect(html).toContain(`href="/p/abc%20def"`);
    expect(html).toContain("A &#38; &#60;B&#62;");
    expect(html).toContain("<h3>崇福镇</h3>");
  });

  test("says so when there are no plants, and stops at two hundred", () => {
    expect(homePage([])).toContain("还没有企业");
    const html = homePage(
      Array.from({ length: 203 }, (_, i) => ({ permitNo: `P${i}`, code: `c${i}`, name: `n${i}`, town: `t${i % 3}` })),
    );
    expect(html.match(/href="\/p\//g)).toHaveLength(200);
    expect(html).toContain("另有 3 家");
  });
});
