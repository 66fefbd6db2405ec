/** The SMS outbox of the local machine as people would meet it: a phone per recipient, newest first, with a box to answer below. */

export interface PhoneMessage {
  at: string;
  /** E.164. */
  to: string;
  permitNo: string;
  text: string;
  /** State of the send: claimed, sent, failed, unknown, expired, capped. */
  state: string;
}

const STATES: Record<string, string> = {
  claimed: "发送中 sending",
  sent: "已发送 sent",
  failed: "发送失败 failed",
  unknown: "运营商未答复，不重发 no answer from the carrier, not repeated",
  expired: "过时未发 expired, not sent",
  capped: "超过每日上限，未发短信 above the daily cap, not sent",
};

/** What a plant answers most often; the digit alone is enough. */
const REPLIES = ["1 已调整", "2 检修", "3 停产", "4 仪器故障"];

/** Bubbles shown per phone; the JSON of the same address holds them all. */
const SHOWN = 40;

const esc = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `*{box-sizing:border-box}body{margin:0;background:#d9dee6;color:#111;font:16px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header{max-width:84rem;margin:auto;padding:1rem}h1{font-size:1.4rem;margin:0}p{margin:.3rem 0}a{color:#0b3d91}
main{max-width:84rem;margin:auto;padding:0 1rem 2rem;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1.2rem;align-items:start}
.phone{background:#fff;border:10px solid #1c2430;border-radius:2rem;overflow:hidden}
.phone h2{font-size:1.05rem;margin:0;padding:.8rem 1rem;background:#f2f4f7;border-bottom:1px solid #c4cad3;text-align:center;font-variant-numeric:tabular-nums}
.phone ol{list-style:none;margin:0;padding:.8rem;max-height:26rem;overflow-y:auto}
li{margin-bottom:.8rem}time{display:block;color:#444;font-size:.9rem}
.b{background:#e7eef9;border-radius:.9rem .9rem .9rem .2rem;padding:.5rem .8rem;margin:.1rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.failed .b,.unknown .b,.expired .b,.capped .b{background:#fdecec;border:1px dashed #a00016}
.st{font-size:.9rem;color:#333}
form{border-top:1px solid #c4cad3;background:#f2f4f7;padding:.7rem .8rem}
fieldset{border:0;margin:0;padding:0}legend{padding:0;font-size:.95rem}
button{font:inherit;background:#0b3d91;color:#fff;border:0;border-radius:.5rem;padding:.4rem .55rem;margin:.2rem .2rem 0 0;cursor:pointer}
input{font:inherit;padding:.4rem .5rem;border:1px solid #555;border-radius:.4rem;width:100%;margin-top:.3rem}
output{display:block;min-height:1.5rem;font-weight:700}
.empty{background:#fff;border:2px dashed #555;border-radius:.8rem;padding:1.2rem;max-width:44rem}
:focus-visible{outline:3px solid #d9480f;outline-offset:1px}`;

/** Renews the phones every ten seconds unless somebody is writing, and sends answers. */
const SCRIPT = `const say=(f,t)=>{f.querySelector("output").textContent=t};
document.addEventListener("click",e=>{const b=e.target.closest("button[value]");if(b){const f=b.form;f.text.value=b.value;f.requestSubmit()}});
document.addEventListener("submit",async e=>{e.preventDefault();const f=e.target,text=f.text.value.trim();if(!text)return;say(f,"发送中 sending …");
try{const r=await fetch("/_local/reply",{method:"POST",headers:{"content-type":"application/json"},body:JSON.stringify({from:f.dataset.from,text})});
const body=await r.text();if(!r.ok)throw new Error(r.status+" "+body.slice(0,200));f.text.value="";say(f,"已回复 answered: "+text)}catch(x){say(f,"未送达 not delivered: "+x.message)}});
setInterval(async()=>{const a=document.activeElement;if(document.hidden||(a&&a.tagName==="INPUT"&&a.value))return;
try{const r=await fetch(location.pathname,{headers:{accept:"text/html"}});if(!r.ok)throw 0;const d=new DOMParser().parseFromString(await r.text(),"text/html");
const before=document.querySelector("main"),after=d.querySelector("main");
if(before.dataset.key!==after.dataset.key){after.querySelectorAll("form").forEach(f=>{const old=document.querySelector('form[data-from="'+f.dataset.from+'"] output');if(old)f.querySelector("output").textContent=old.textContent});before.replaceWith(after)}
document.getElementById("gone").hidden=true}catch{document.getElementById("gone").hidden=false}},10000)`;

/** `messages`: newest first, as `GET /_local/sms` answers them. */
export function phonePage(messages: readonly PhoneMessage[], plants: ReadonlyMap<string, string> = new Map()): string {
  const phones = Map.groupBy(messages, (m) => m.to);
  const key = `${messages.length} ${messages[0]?.at ?? ""} ${messages
    .slice(0, 200)
    .map((m) => m.state.charAt(0))
    .join("")}`;
  const body =
    messages.length === 0
      ? `<div class="empty"><p><b>还没有短信。</b>预警在每个五分钟整点（:00、:05、:10 …）检查后发出；下一条最早在下一个五分钟到达。</p><p lang="en"><b>No messages yet.</b> Warnings are decided at every minute divisible by five; the earliest comes with the next five-minute tick.</p></div>`
      : [...phones].map(([to, list]) => phone(to, list, plants)).join("");
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>短信 SMS · 本机 local machine</title><link rel="icon" href="data:,"><noscript><meta http-equiv="refresh" content="30"></noscript><style>${STYLE}</style></head><body><header><h1>本机短信收件箱 <span lang="en">SMS on this machine</span></h1><p>不会发到真实手机，每十秒更新。<span lang="en">Nothing leaves this machine; renewed every ten seconds.</span> <a href="/">首页 home</a></p><p id="gone" role="alert" hidden><b>现在连不上本机服务，显示的是之前的短信。 The machine does not answer; these are older messages.</b></p></header><main data-key="${esc(key)}">${body}</main><script>${SCRIPT}</script></body></html>\n`;
}

function phone(to: string, messages: readonly PhoneMessage[], plants: ReadonlyMap<string, string>): string {
  const bubbles = messages.slice(0, SHOWN).map((m) => {
    const plant = plants.get(m.permitNo) ?? m.permitNo;
    return `<li class="${esc(m.state)}"><time datetime="${esc(m.at)}">${esc(m.at.slice(5, 16).replace("T", " "))} · ${esc(plant)}</time><div class="b">${esc(m.text)}</div><div class="st">${esc(STATES[m.state] ?? m.state)}</div></li>`;
  });
  const more = messages.length > SHOWN ? `<li>… 另有 ${messages.length - SHOWN} 条 more</li>` : "";
  const quick = REPLIES.map((r) => `<button type="button" value="${r}">${r}</button>`).join("");
  const id = `r${to.replaceAll(/\D/g, "")}`;
  return `<section class="phone" aria-labelledby="h${id}"><h2 id="h${id}">${esc(to)}</h2><ol tabindex="0" aria-label="短信 messages ${esc(to)}">${bubbles.join("")}${more}</ol><form data-from="${esc(to)}"><fieldset><legend>回复 reply</legend>${quick}<input name="text" aria-label="回复 reply ${esc(to)}" maxlength="200" placeholder="1–4 或文字 or text" autocomplete="off"></fieldset><output></output></form></section>`;
}
