/** The pages of this machine's issuer: sign in, sign out, set a password after an invitation, and what can go wrong. */
import { both, esc, page, problem } from "./layout.ts";

export type SignInProblem = { kind: "wrong" } | { kind: "locked"; until: string } | { kind: "empty" };

/** `action`: where the form goes. `locked.until`: a time of day that people read. */
export function signInPage(action: string, username = "", wrong: SignInProblem | null = null): string {
  const invalid = wrong ? ' aria-invalid="true" aria-describedby="problem"' : "";
  const focus = (first: boolean): string => (first === (username === "") ? " autofocus" : "");
  return page({
    title: ["登录", "Sign in"],
    body: `${wrong ? signInProblem(wrong) : ""}<form method="post" action="${esc(action)}"><label for="username">${both("用户名", "User name")}</label><input id="username" name="username" value="${esc(username)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required${invalid}${focus(true)}><label for="password">${both("密码", "Password")}</label><input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required${invalid}${focus(false)}><button type="submit">${both("登录", "Sign in")}</button></form><p class="hint">${both("没有账号或忘了密码：请监管部门的管理员重新发送邀请。", "No account, or the password is forgotten: ask your bureau to invite you again.")}</p>`,
  });
}

function signInProblem(wrong: SignInProblem): string {
  if (wrong.kind === "locked")
    return problem(
      `密码输错次数过多，${wrong.until} 之后才能再试。`,
      `Too many wrong passwords. Try again after ${wrong.until}.`,
    );
  if (wrong.kind === "empty") return problem("请填写用户名和密码。", "Enter user name and password.");
  return problem(
    "用户名或密码不对。请检查大小写后再试；连续输错五次将锁定十五分钟。",
    "User name or password is wrong. Check capital letters and try again; five wrong ones lock the name for 15 minutes.",
  );
}

/** `form`: the hidden form of oidc-provider with its token, id `op.logoutForm`. */
export const signOutPage = (form: string): string =>
  page({
    title: ["退出登录", "Sign out"],
    body: `<p>${both("要在这台设备上退出登录吗？", "Do you want to sign out on this device?")}</p>${form}<button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>${both("退出", "Sign out")}</button><button type="submit" form="op.logoutForm" class="plain">${both("保持登录", "Stay signed in")}</button>`,
  });

export const signedOutPage = (): string =>
  page({
    title: ["已退出", "Signed out"],
    body: `<p>${both("您已退出登录，可以关闭此页。", "You are signed out and can close this page.")}</p>`,
  });

/** For what oidc-provider refuses: `what` is its own word for it, for who looks for the cause. */
export const failedPage = (what: string): string =>
  page({
    title: ["无法登录", "Signing in did not work"],
    body: `${problem("登录没有完成，可能是页面打开太久，或者链接已经用过。请回到应用重新登录。", "Signing in was not finished: the page was open for too long, or the link was used before. Go back to the application and sign in again.")}<p class="hint">${esc(what)}</p>`,
  });

export interface InviteForm {
  action: string;
  /** Whom the invitation is for. */
  person: string;
  username: string;
  /** Least length and kinds of characters, for people: zh and en of each rule. */
  rules: readonly (readonly [zh: string, en: string])[];
  /** Null at first. */
  problem: readonly [zh: string, en: string] | null;
}

/** First sign-in: a name and a password of one's own. */
export function invitePage({ action, person, username, rules, problem: wrong }: InviteForm): string {
  const invalid = wrong ? ' aria-invalid="true" aria-describedby="problem"' : "";
  return page({
    title: ["设置账号", "Set up your account"],
    body: `<p>${both(`${esc(person)}，您好。请设置用户名和密码。`, `Welcome. Choose a user name and a password.`)}</p>${wrong ? problem(...wrong) : ""}<form method="post" action="${esc(action)}"><label for="username">${both("用户名", "User name")}</label><input id="username" name="username" value="${esc(username)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required${invalid}${username ? "" : " autofocus"}><label for="password">${both("密码", "Password")}</label><input id="password" name="password" type="password" autocomplete="new-password" maxlength="256" required aria-describedby="rules"${wrong ? ' aria-invalid="true"' : ""}><div class="hint" id="rules"><ul>${rules.map(([zh, en]) => `<li>${both(esc(zh), esc(en))}</li>`).join("")}</ul></div><label for="again">${both("再输入一次密码", "The password again")}</label><input id="again" name="again" type="password" autocomplete="new-password" maxlength="256" required><button type="submit">${both("完成", "Done")}</button></form>`,
  });
}

export const invitedPage = (username: string): string =>
  page({
    title: ["账号已设置", "Your account is set up"],
    body: `<p>${both(`用户名：${esc(username)}。现在可以登录。`, `Your user name is ${esc(username)}. You can sign in now.`)}</p><a class="button" href="/portal/">${both("企业端", "For enterprises")}</a><a class="button" href="/console/">${both("监管端", "For regulators")}</a>`,
  });

export const inviteOverPage = (): string =>
  page({
    title: ["邀请无效", "This invitation is over"],
    body: problem(
      "邀请已过期、已使用或已撤销。请发出邀请的人重新发送。",
      "It has expired, was used or taken back. Ask whoever invited you to send another.",
    ),
  });
