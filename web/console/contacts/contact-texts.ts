import type { Dictionary } from "../../shared/texts.ts";

export const CONTACT_TEXTS = {
  contactsOwn: [
    "这是为本企业单独维护的联系人名单，代替许可证里的联系人。",
    "A list kept for this plant, in place of the permit's contacts.",
  ],
  contactsOfPermit: [
    "这是许可证里的联系人；修改后以修改的名单为准。",
    "These are the permit's contacts; a list changed here takes their place.",
  ],
  changedByAt: ["{by} 于 {at} 修改。", "Changed by {by} at {at}."],
  nobodyIsTold: [
    "没有联系人，预警发不出去。请添加一位接收短信的操作工或环保负责人。",
    "There is no contact: warnings reach nobody. Add an operator or environment manager who gets text messages.",
  ],
  changeContacts: ["修改联系人", "Change the contacts"],
  toldBy: ["通知方式", "Told by"],
  notTold: ["不通知", "not told"],
  toldOf: ["通知内容", "Told of"],
  toldLevels: ["{levels} 级预警", "warnings of level {levels}"],
  toldData: ["，数据缺失和设备离线", ", missing data and silent devices"],
  townOfficersTold: ["升级时通知镇街网格员：{phones}", "Town officers, told when it escalates: {phones}"],
  "contactField.role": ["角色", "Role"],
  "contactField.name": ["姓名", "Name"],
  "contactField.phone": ["手机号", "Phone"],
  "contactField.sms": ["发短信", "Text messages"],
  "contactField.push": ["推送到用这个手机号的账号", "Push to the account with this phone"],
  "contactField.email": ["电子邮件", "E-mail"],
  "contactField.delegateOf": ["临时代替谁接收", "Stands in for"],
  "contactField.from": ["开始时间", "From"],
  "contactField.to": ["结束时间", "To"],
  "contactField.of": ["{field}：{before} → {after}", "{field}: {before} → {after}"],
  nobodyElse: ["不代替别人", "nobody"],
  removeContact: ["删除 {who}", "Remove {who}"],
  contactsSaved: [
    "联系人已保存，下一轮预警起按新名单通知。",
    "The contacts are saved; warnings go to them from the next run on.",
  ],
  reviewChanges: ["核对修改", "Review the changes"],
  fieldChanges: ["修改内容", "What changes"],
  contactsConflict: ["您编辑期间，别人保存了联系人", "While you were editing, somebody else saved the contacts"],
  contactsConflictBy: [
    "您编辑期间，{by} 于 {at} 保存了联系人",
    "While you were editing, {by} saved the contacts at {at}",
  ],
  contactsJoin: ["并入最新名单", "Join with the new list"],
  contactsJoined: ["已并入最新名单，请核对后保存。", "Joined with the new list: review and save."],
} as const satisfies Dictionary;
