/** Texts of both applications: Chinese first, English second. `{name}` is replaced by what the caller gives. */

import { PROBLEM_TEXTS } from "./problem-texts.ts";

/** Key → [zh, en]. */
export type Dictionary = Readonly<Record<string, readonly [zh: string, en: string]>>;

export const SHARED_TEXTS = {
  ...PROBLEM_TEXTS,
  signIn: ["登录", "Sign in"],
  signOut: ["退出登录", "Sign out"],
  language: ["English", "中文"],
  pushed: ["实时推送", "pushed live"],
  askedEvery: ["每 {seconds} 秒更新", "every {seconds} s"],
  retry: ["重试", "Try again"],
  loading: ["正在加载…", "Loading …"],
  sessionEnded: [
    "登录已过期。请重新登录，已填写的内容会保留。",
    "Your session has ended. Sign in again; what you typed is kept.",
  ],
  noNetwork: [
    "连不上服务器。请检查网络；恢复后会自动更新。",
    "The server cannot be reached. Check the network; this page updates when it is back.",
  ],
  notAllowed: [
    "您的账号没有这项权限。如需要，请联系监管部门开通。",
    "Your account does not have this right. Ask your bureau for it if you need it.",
  ],
  notFound: [
    "没有找到，或不在您的权限范围内。请返回列表重新选择。",
    "Not found, or not among what your account may see. Go back to the list and choose again.",
  ],
  changedMeanwhile: [
    "刚才有人改过这一项，您的修改没有保存，填写的内容还在。请核对最新内容后再保存。",
    "Somebody else changed this meanwhile. Nothing of yours was saved and what you typed is still here: look at the new state and save again.",
  ],
  "field.name": ["姓名/名称", "name"],
  "field.phone": ["手机", "phone"],
  "field.email": ["邮箱", "e-mail"],
  "field.roles": ["角色", "roles"],
  "field.role": ["角色", "role"],
  "field.plants": ["企业", "plants"],
  "field.effectiveFrom": ["生效日", "effective date"],
  "field.towns": ["镇（街道）", "towns"],
  "field.from": ["开始时间", "from"],
  "field.to": ["结束时间", "to"],
  "field.reason": ["理由", "reason"],
  "field.kind": ["类型", "kind"],
  "field.outlet": ["排放口", "outlet"],
  "field.pollutants": ["污染物", "pollutants"],
  "field.pollutant": ["污染物", "pollutant"],
  "field.contacts": ["联系人", "contacts"],
  "field.delegateOf": ["代理谁", "stands in for"],
  "field.channels": ["通知方式", "channels"],
  "field.note": ["说明", "note"],
  "field.expectedAt": ["预计完成时间", "expected end"],
  "field.day": ["日期", "day"],
  "field.cursor": ["翻页", "page"],
  "field.limit": ["条数", "number"],
  "field.active": ["启用", "active"],
  "field.username": ["用户名", "user name"],
  "field.password": ["密码", "password"],
  fieldOf: ["第 {n} 条的{field}", "{field} of no. {n}"],
  notAsExpected: [
    "有内容填写不对，请改正后再提交：{detail}",
    "Something is not as expected; correct it and send again: {detail}",
  ],
  tooMany: ["请求太多，请等一分钟再试。", "Too many requests. Wait a minute and try again."],
  serverFailed: [
    "服务器出错，没有保存。请稍后重试；一直这样请联系监管部门。",
    "The server failed and nothing was saved. Try again later; tell your bureau if it stays like this.",
  ],
} as const satisfies Dictionary;
