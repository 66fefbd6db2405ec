import { textsOf } from "../shared/language.ts";
import type { Dictionary } from "../shared/texts.ts";

export const PORTAL_TEXTS = {
  title: ["企业端 · 证后监管", "Portal · Permit Watch"],
  skip: ["跳到正文", "Skip to the content"],
  myPlants: ["我的企业", "My plants"],
  noPlants: [
    "您的账号没有绑定企业。请监管部门把排污许可证编号绑定到您的账号。",
    "No plant is bound to your account. Ask your bureau to bind your permit number to it.",
  ],
  otherRole: ["您的账号不是企业账号，请使用监管端。", "Your account is not of an enterprise: use the console."],
  goToConsole: ["打开监管端", "Open the console"],
  more: ["更多", "More"],
  back: ["返回", "Back"],
  lastSeen: ["最近数据 {at}", "last data {at}"],
  neverSeen: ["还没有收到数据", "no data yet"],
  openEpisodes: ["{count} 个预警未结束", "{count} open warnings"],
  asOf: ["连不上服务器，显示 {at} 的内容。", "The server cannot be reached; this is as of {at}."],
  endedAsOf: ["登录已过期，显示 {at} 的内容。", "Your session has ended; this is as of {at}."],
  storageFailed: [
    "这台设备存不下内容（可能空间已满）。请清理空间后再试。",
    "This device could not keep it (its storage may be full). Make room and try again.",
  ],
} as const satisfies Dictionary;

export const useText = textsOf(PORTAL_TEXTS);
