/** E-mail of this machine: an outbox on disk in place of a mail gateway, and a page that shows it. Loopback only. */
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import { formatIso } from "../../functions/shared/shanghai.ts";
import type { LocalServer } from "./s3.ts";
import type { Store } from "./store.ts";

export interface MailLine {
  at: string;
  to: string;
  subject: string;
  text: string;
}
export interface LocalMail extends LocalServer {
  /** Newest first. */
  list(limit?: number): MailLine[];
  /** What the gateway answers from now on; 200 unless told. */
  setStatus(status: number): void;
}

const Mail = z.strictObject({ to: z.string(), subject: z.string(), text: z.string() });

export async function startMail(store: Store, now: () => number): Promise<LocalMail> {
  const { db } = store;
  db.exec(
    "CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, key TEXT UNIQUE, recipient TEXT, subject TEXT, text TEXT)",
  );
  // A gateway that knows idempotency keys: the same message again is the same message.
  const add = db.prepare("INSERT OR IGNORE INTO mails (at, key, recipient, subject, text) VALUES (?, ?, ?, ?, ?)");
  const newest = db.prepare("SELECT * FROM mails ORDER BY id DESC LIMIT ?");
  let status = 200;
  const answer = async (request: IncomingMessage): Promise<number> => {
    const parsed = Mail.safeParse(JSON.parse(await text(request)));
    const key = request.headers["idempotency-key"];
    if (!parsed.success || typeof key !== "string") return 400;
    const { to, subject, text: body } = parsed.data;
    if (status === 200) await store.write(() => add.run(now(), key, to, subject, body));
    return status;
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (code) => response.writeHead(code).end(),
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    list: (limit = 500) =>
      (newest.all(limit) as Record<string, unknown>[]).map((row) => ({
        at: formatIso(row["at"] as number),
        to: row["recipient"] as string,
        subject: row["subject"] as string,
        text: row["text"] as string,
      })),
    setStatus: (next) => {
      status = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const esc = (value: string): string => value.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const STYLE = `*{box-sizing:border-box}body{margin:0;background:#d9dee6;color:#111;font:16px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header,main{max-width:60rem;margin:auto;padding:1rem}h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:0}p{margin:.3rem 0}a{color:#0b3d91}
article{background:#fff;border:1px solid #c4cad3;border-radius:.6rem;padding:.8rem 1rem;margin-bottom:1rem}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;margin:.6rem 0 0}.soft{color:#444;font-size:.9rem}`;

/** `mails`: newest first. */
export function mailPage(mails: readonly MailLine[]): string {
  const list = mails
    .map(
      ({ at, to, subject, text: body }) =>
        `<article><h2>${esc(subject)}</h2><p class="soft"><time datetime="${esc(at)}">${esc(at.slice(0, 16).replace("T", " "))}</time> · ${esc(to)}</p><pre>${esc(body)}</pre></article>`,
    )
    .join("");
  const empty = `<article><p><b>还没有邮件。</b>在企业端的通知设置里选了电子邮件的人会收到。</p><p lang="en"><b>No e-mail yet.</b> Those get it who chose e-mail in the notice settings of the portal.</p></article>`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>邮件 e-mail · 本机 local machine</title><link rel="icon" href="data:,"><meta http-equiv="refresh" content="30"><style>${STYLE}</style></head><body><header><h1>本机邮件发件箱 <span lang="en">E-mail on this machine</span></h1><p>不会真的发出，每三十秒更新。<span lang="en">Nothing leaves this machine; renewed every thirty seconds.</span> <a href="/">首页 home</a></p></header><main>${list === "" ? empty : list}</main></body></html>\n`;
}
