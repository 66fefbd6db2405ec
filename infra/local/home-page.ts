/** The first page of the local machine: what runs here and where to look. On AWS the site has no list of plants. */

export interface HomePlant {
  permitNo: string;
  code: string;
  name: string;
  town: string;
}

/** A browser should not have to draw ten thousand links. */
const SHOWN = 200;

const esc = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `*{box-sizing:border-box}body{margin:0;background:#fff;color:#111;font:17px/1.55 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header,main{max-width:64rem;margin:auto;padding:0 1rem}header{padding-top:1.2rem}h1{font-size:1.7rem;line-height:1.25;margin:0}h1 span{display:block;font-size:1.1rem;font-weight:400;color:#333}
h2{font-size:1.3rem;border-top:4px solid #0b3d91;padding-top:.6rem;margin:1.8rem 0 .6rem}a{color:#0b3d91}
.go{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.8rem;padding:0;list-style:none}
.go a{display:block;border:2px solid #0b3d91;border-radius:.5rem;padding:.8rem 1rem;text-decoration:none;height:100%}.go b{display:block;font-size:1.15rem}.go small{color:#333;font-size:1rem}
h3{font-size:1.1rem;margin:.6rem 0 .1rem}.towns{list-style:none;padding:0;columns:2 20rem;column-gap:2rem}.towns>li{break-inside:avoid}.towns ul{padding-left:1.2rem;margin:0}.towns ul li{padding:.2rem 0}code{color:#333;font-size:.95rem}
:focus-visible{outline:3px solid #d9480f;outline-offset:2px}`;

export function homePage(plants: readonly HomePlant[]): string {
  const towns = Map.groupBy(plants.slice(0, SHOWN), (p) => p.town);
  const items = [...towns].map(([town, own]) => `<li><h3>${esc(town)}</h3><ul>${own.map(link).join("")}</ul></li>`);
  const rest =
    plants.length > SHOWN
      ? `<p>另有 ${plants.length - SHOWN} 家，见 <a href="/_local/plants">/_local/plants</a>。 <span lang="en">${plants.length - SHOWN} more in /_local/plants.</span></p>`
      : "";
  const list =
    items.length === 0
      ? `<p>还没有企业。导入许可证文件后在此列出。 <span lang="en">No plants yet: they are listed once a permits file is imported.</span></p>`
      : `<ul class="towns">${items.join("")}</ul>${rest}`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>证后执法监管 · 本机 local machine</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><header><h1>排污许可证后执法监管 <span lang="en">Supervision after the discharge permit is issued — this machine</span></h1></header><main><ul class="go"><li><a href="/console/"><b>监管端 Console</b><small>执法人员和管理员登录 <span lang="en">regulators sign in</span></small></a></li><li><a href="/portal/"><b>企业端 Portal</b><small>企业登录 <span lang="en">enterprises sign in</span></small></a></li><li><a href="/_local/sms"><b>短信 SMS</b><small>企业手机上收到的预警，可回复 <span lang="en">warnings as the plants’ phones get them; answer there</span></small></a></li><li><a href="/_local/status"><b>运行状态 Status</b><small>指标、告警、队列 <span lang="en">metrics, alarms, queues</span></small></a></li></ul><h2>扫码公开页 <span lang="en">Public QR pages</span></h2>${list}</main></body></html>\n`;
}

const link = (p: HomePlant): string =>
  `<li><a href="/p/${esc(encodeURIComponent(p.code))}">${esc(p.name)}</a> <code>${esc(p.permitNo)}</code></li>`;
