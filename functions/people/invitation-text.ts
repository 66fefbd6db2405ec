/** What an invitation says as a text message. */
import type { RuleData } from "../../layers/rule-data.ts";
import { fill, type Language, type SmsContent } from "../warnings/domain/compose-sms.ts";
import type { Invitation } from "./invitations.ts";

/** `site`: where one signs in by a first password; null while nobody knows it. Words are rule data (`sms.invitation-…`). */
export function invitationText(
  invitation: NonNullable<Invitation>,
  { name, site, ruleData, language }: { name: string; site: string | null; ruleData: RuleData; language: Language },
): SmsContent {
  const until = invitation.until.slice(0, 16).replace("T", " ");
  const params: Record<string, string> =
    invitation.kind === "link"
      ? { name, until, link: invitation.link }
      : { name, until, password: invitation.password, username: invitation.username ?? "", site: site ?? "" };
  const template = `sms.invitation-${invitation.kind}`;
  return { template, params, text: fill(ruleData.label(template, language), params) };
}
