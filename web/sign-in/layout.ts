/** The frame of the pages at which people sign in: one column that fits a phone, no script, nothing from elsewhere. */

export const esc = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Chinese first, English second. */
export const both = (zh: string, en: string): string => `${zh} <span lang="en">${en}</span>`;

const STYLE = `*{box-sizing:border-box}body{margin:0;min-height:100vh;background:#eef2f7;color:#111;font:17px/1.55 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
main{max-width:27rem;margin:0 auto;padding:1.4rem 1.2rem 2rem;background:#fff;min-height:100vh}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .3rem;color:#0b3d91}h1 span,.of span{display:block;font-size:1rem;font-weight:400;color:#333}.of{margin:0 0 1.2rem;color:#333;font-size:1rem}
label{display:block;font-weight:600;margin:1rem 0 .25rem}label span{font-weight:400;color:#333;font-size:1rem}
input{width:100%;font:inherit;padding:.65rem .7rem;border:2px solid #5c6675;border-radius:.4rem;background:#fff;color:#111}
input[aria-invalid=true]{border-color:#b3261e}
button,.button{display:block;width:100%;margin-top:1.4rem;padding:.75rem 1rem;font:inherit;font-weight:600;border:0;border-radius:.4rem;background:#0b3d91;color:#fff;text-align:center;text-decoration:none;cursor:pointer}button.plain{background:#fff;color:#0b3d91;border:2px solid #0b3d91;margin-top:.8rem}button span,.button span{font-weight:400}
.bad{border-left:5px solid #b3261e;background:#fdf0ef;padding:.6rem .8rem;margin:1rem 0}.bad span,.hint span{display:block}.hint{color:#333;font-size:1rem;margin:.3rem 0 0}form+.hint{margin-top:1.2rem}.hint ul{margin:.3rem 0;padding-left:1.2rem}
:focus-visible{outline:3px solid #d9480f;outline-offset:2px}
@media (min-width:40rem){main{margin:8vh auto;min-height:0;padding:2rem;border-radius:.6rem;border:1px solid #c5cede}}`;

export interface PageParts {
  /** Without markup. */
  title: readonly [zh: string, en: string];
  /** HTML, escaped by who wrote it. */
  body: string;
}

export const page = ({ title: [zh, en], body }: PageParts): string =>
  `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${esc(`${zh} ${en}`)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main><h1>${both(esc(zh), esc(en))}</h1><p class="of">${both("排污许可证后执法监管", "Supervision after the discharge permit is issued")}</p>${body}</main></body></html>\n`;

/** What went wrong and what to do; read out at once. */
export const problem = (zh: string, en: string): string =>
  `<p class="bad" id="problem" role="alert">${both(esc(zh), esc(en))}</p>`;
