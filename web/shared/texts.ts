/** Texts of both applications: Chinese first, English second. `{name}` is replaced by what the caller gives. */

/** Key → [zh, en]. */
export type Dictionary = Readonly<Record<string, readonly [zh: string, en: string]>>;

export const SHARED_TEXTS = {
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
  markedAlready: [
    "这个时段已有同类或相互排斥的标记。请先修改或撤销原标记。",
    "This period has a mark of this kind, or of one that excludes it. Change or withdraw that one first.",
  ],
  noSuchDevice: [
    "这家企业的许可证现在和将来都没有这台设备。请先导入写有它的许可证。",
    "The permit of this plant binds no such device, now or in future. Import a permit that names it first.",
  ],
  noSuchCertificate: [
    "这台设备没有这张证书。请刷新后再看。",
    "The device has no such certificate. Load the list again.",
  ],
  requestNotUsable: ["这份证书请求不能签发：{detail}", "This certificate request cannot be signed: {detail}"],
  certificateInForce: [
    "设备已有有效证书。请用换证，或先停用它。",
    "The device has a certificate in force. Rotate it, or put it out of force first.",
  ],
  nothingToRotate: [
    "设备没有有效证书可换。请用发证。",
    "The device has no certificate in force. Provision it instead.",
  ],
  keyInUse: [
    "请求里的密钥就是现在这张证书的密钥。请在设备上生成新密钥。",
    "This request's key is the one whose certificate is in force. Make a new key on the device.",
  ],
  keyOutOfForce: [
    "这把密钥的证书已停用。请恢复它，或在设备上生成新密钥。",
    "The certificate of this key is out of force. Put it in force again, or make a new key on the device.",
  ],
  keyRevoked: [
    "证书已吊销，不能再用。请在设备上生成新密钥。",
    "A revoked certificate is never in force again. Make a new key on the device.",
  ],
  tooOld: [
    "这个时段的分钟数据已过保存期，不能再改。如有异议请联系监管部门。",
    "The minutes of this period are no longer kept, so it cannot be changed any more. Ask your bureau if it is wrong.",
  ],
  decided: ["这个标记已经判定或撤销，不能再改。", "This mark was judged or withdrawn and can no longer be changed."],
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
