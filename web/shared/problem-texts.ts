/** What the API refuses, by the title of its problem: what happened and what to do. A test finds titles without a text. */
import type { Dictionary } from "./texts.ts";

export const PROBLEM_TEXTS = {
  "problem.cursor-of-another-list": ["列表已经变了，请从头再看。", "This list has changed: begin again."],
  "problem.days-not-as-expected": [
    "日期不对：开始不晚于结束，最多 31 天；更长的请分月重放。",
    "Name a first and a last day, at most 31 of them; replay more days one month after the other.",
  ],
  "problem.decided": [
    "这个标记已经判定或撤销，不能再改。",
    "This mark was judged or withdrawn and can no longer be changed.",
  ],
  "problem.has-errors": ["文件还有错误，请改正后重新上传。", "The file has errors: correct them and upload it again."],
  "problem.id-in-use": ["这个编号已被别的任务占用，请再试一次。", "There is something else of this id: try again."],
  "problem.if-match-is-missing": ["请先打开最新内容，再改。", "Load the present state first, then change it."],
  "problem.job-is-over": ["这个任务已经结束，不用取消。", "This work has ended already: there is nothing to cancel."],
  "problem.key-used": [
    "这次提交与另一条标记重号，请再提交一次。",
    "Another mark was made under this key: send it again as a new one.",
  ],
  "problem.marked-already": [
    "这个时段已有同类或相互排斥的标记。请先修改或撤销原标记。",
    "This period has a mark of this kind, or of one that excludes it. Change or withdraw that one first.",
  ],
  "problem.no-account": ["账号系统里没有这个人，请重新邀请。", "There is no account of this person: invite him anew."],
  "problem.no-accounts-here": [
    "密码由外部账号系统保管，请到那里办理。",
    "Passwords are kept by your issuer of accounts: ask there for a new one.",
  ],
  "problem.no-such-day": ["没有这一天，请按 2026-10-01 的样子写。", "That is no day: write it like 2026-10-01."],
  "problem.no-such-episode": ["没有这次预警，请从列表里选。", "There is no such episode: choose one from the list."],
  "problem.no-such-hour": [
    "这次模拟没有这个限值和小时，请从结果里选。",
    "This simulation has no such limit and hour: choose one of its rows.",
  ],
  "problem.no-such-import": [
    "没有这次检查的结果，请重新检查文件。",
    "There is no finished check of this file: check it again.",
  ],
  "problem.no-such-job": ["没有这个任务，请看长任务列表。", "There is no such work: the list shows all of it."],
  "problem.no-such-mark": ["没有这个标记，请刷新列表。", "There is no such mark: load the list again."],
  "problem.no-such-person": ["没有这个人，请刷新列表。", "There is no such person: load the list again."],
  "problem.no-such-plant": [
    "没有这家企业，或不在您的权限范围内。",
    "There is no such plant among those that your account may see.",
  ],
  "problem.no-such-revision": [
    "许可证没有这个版本，请从版本列表里选。",
    "This permit has no such revision: choose one from its list.",
  ],
  "problem.no-such-simulation": [
    "没有这次模拟，请从列表里选。",
    "There is no such simulation: choose one from the list.",
  ],
  "problem.not-json": ["请求内容损坏，请重试。", "The request was damaged: try again."],
  "problem.not-signed-in": ["请先登录。", "Sign in first."],
  "problem.signed-out": ["这次登录已结束，请重新登录。", "This session was ended: sign in again."],
  "problem.simulation-not-done": [
    "模拟还没有完成，请稍后再看。",
    "The simulation is not finished yet: come back later.",
  ],
  "problem.too-large": ["内容太大（超过 1 MB），请减少后再提交。", "It is larger than 1 MB: send less of it."],
  "problem.too-old": [
    "这个时段的分钟数据已过保存期，不能再改。如有异议请联系监管部门。",
    "The minutes of this period are no longer kept, so it cannot be changed any more. Ask your bureau if it is wrong.",
  ],
  "problem.user-name-taken": ["这个用户名已有人用，请换一个。", "This user name is taken: choose another."],
  "problem.withdrawn": ["这个标记已经撤销，不用再判。", "This mark was withdrawn: there is nothing to judge."],
  "problem.no-such-device": [
    "这家企业的许可证现在和将来都没有这台设备。请先导入写有它的许可证。",
    "The permit of this plant binds no such device, now or in future. Import a permit that names it first.",
  ],
  "problem.not-a-device-s-name": [
    "这家企业的许可证现在和将来都没有这台设备。请先导入写有它的许可证。",
    "The permit of this plant binds no such device, now or in future. Import a permit that names it first.",
  ],
  "problem.no-such-certificate": [
    "这台设备没有这张证书。请刷新后再看。",
    "The device has no such certificate. Load the list again.",
  ],
  "problem.certificate-request-not-usable": [
    "这份证书请求不能签发：{detail}",
    "This certificate request cannot be signed: {detail}",
  ],
  "problem.certificate-in-force": [
    "设备已有有效证书。请用换证，或先停用它。",
    "The device has a certificate in force. Rotate it, or put it out of force first.",
  ],
  "problem.nothing-to-rotate": [
    "设备没有有效证书可换。请用发证。",
    "The device has no certificate in force. Provision it instead.",
  ],
  "problem.key-already-in-use": [
    "请求里的密钥就是现在这张证书的密钥。请在设备上生成新密钥。",
    "This request's key is the one whose certificate is in force. Make a new key on the device.",
  ],
  "problem.certificate-out-of-force": [
    "这把密钥的证书已停用。请恢复它，或在设备上生成新密钥。",
    "The certificate of this key is out of force. Put it in force again, or make a new key on the device.",
  ],
  "problem.certificate-revoked": [
    "证书已吊销，不能再用。请在设备上生成新密钥。",
    "A revoked certificate is never in force again. Make a new key on the device.",
  ],
  "problem.too-many-devices": [
    "接收推送的设备太多，请先去掉一台。",
    "There are too many devices for push already: take one away first.",
  ],
  "problem.e-mail-is-off": [
    "本系统没有开通邮件。请选短信或推送。",
    "E-mail is not set up here: choose text message or push.",
  ],
  "problem.no-address": [
    "还没有邮箱地址。请先请监管部门补上。",
    "There is no e-mail address of yours: ask your bureau to add it.",
  ],
  "problem.no-such-push-device": [
    "这台设备已不再接收您的推送，请刷新列表。",
    "This device takes no messages of yours any more: load the list again.",
  ],
} as const satisfies Dictionary;
