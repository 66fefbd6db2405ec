/** The public page's whole style sheet: dark on light for sunlight, nothing under 16 px, A4 in print. */
export const STYLE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:#fff;color:#111;font:17px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
#en:not(:target)~* span[lang=en],#en:target~* span[lang=zh],#en:not(:target)~header a[lang=zh],#en:target~header a[lang=en],[hidden]{display:none}
header,main,footer{max-width:68rem;margin:auto;padding:0 1rem}
header{padding-top:.75rem}
a{color:#0b3d91}
nav{float:right;margin-bottom:.5rem}
nav a{display:inline-block;padding:.5rem .75rem;border:2px solid #0b3d91;border-radius:.4rem;font-weight:700;text-decoration:none}
.k{color:#444;margin:0}
h1{font-size:1.7rem;line-height:1.25;margin:.6rem 0 .3rem;clear:both;overflow-wrap:anywhere}
h2{font-size:1.35rem;line-height:1.3;margin:1.8rem 0 .6rem;padding-top:.6rem;border-top:4px solid #0b3d91;overflow-wrap:anywhere}
h3{font-size:1.15rem;margin:0}
p{margin:.3rem 0}
.s{border:3px solid;border-radius:.5rem;padding:.7rem .9rem;margin:.8rem 0;background:#eaf5ec;border-color:#1b6e33}
.s b{display:block;font-size:1.3rem}
.s b:before{content:"✓ "}
.s[data-state=warned],.s[data-state=lost]{background:#fff4d6;border-color:#8a5300}
.s[data-state=warned] b:before,.s[data-state=lost] b:before{content:"▲ "}
.s[data-state=silent]{background:#ececec;border-color:#333;border-style:dashed}
.s[data-state=silent] b:before{content:"? "}
.f{font-weight:700}
.o{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.9rem}
article{border:2px solid #777;border-radius:.5rem;padding:.7rem .9rem;min-width:0;break-inside:avoid}
.n{font-size:2.3rem;font-weight:700;line-height:1.15;font-variant-numeric:tabular-nums}
.n small{font-size:1.1rem;font-weight:400}
.r{display:inline-block;border:1px solid #555;border-radius:.3rem;padding:0 .4rem;font-size:1rem}
.t{font-weight:700}
.t:before{content:"● ";color:#555}
[data-standing=within]:before,[data-standing=in-range]:before,[data-standing=level-below]:before{content:"✓ ";color:#1b6e33}
[data-standing=above]:before,[data-standing=out-of-range]:before,[data-standing=level-above]:before{content:"▲ ";color:#8a5300}
[data-standing=stale]:before,[data-standing=none]:before,[data-standing=invalid]:before{content:"? "}
.old .n{color:#555;font-size:1.5rem}
.old .c,article:not(.old) .e{display:none}
dl{margin:.4rem 0;display:grid;grid-template-columns:max-content 1fr;gap:.1rem .7rem}
dt{color:#444}
dd{margin:0;min-width:0}
figure{margin:.5rem 0 0}
svg{display:block;width:100%;height:auto;margin-bottom:.3rem}
svg path{fill:none;stroke:#111}
svg .v{stroke:#3568a8;stroke-width:1.2}
svg .m{stroke-width:2.6}
svg .x{stroke:#b00020;stroke-width:3.6}
svg .t{fill:#b00020;stroke:none}
svg .l{stroke:#8a5300;stroke-dasharray:6 4;stroke-width:1.4}
svg .i{stroke:#888;stroke-width:5}
svg .k{stroke:#111;stroke-width:5;stroke-dasharray:1.2 1.2}
svg .a{stroke:#555;stroke-width:.8}
text{font-size:14px;text-anchor:middle;fill:#333}
.b{text-anchor:start;fill:#6b4000;font-weight:700;paint-order:stroke;stroke:#fff;stroke-width:3px}
summary{cursor:pointer;padding:.6rem 0;font-weight:700;color:#0b3d91}
.w{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{border:1px solid #999;padding:.15rem .45rem;text-align:right;white-space:nowrap}
thead th{background:#eef2f8}
.E{font-weight:700;color:#b00020}
ul{padding-left:1.2rem}
footer{border-top:1px solid #999;margin-top:1.5rem;padding-top:.5rem;padding-bottom:2rem;color:#333}
:focus-visible{outline:3px solid #0b3d91;outline-offset:2px}
@media print{@page{size:A4;margin:12mm}body{font-size:11pt}nav,details:not([open]){display:none}h2{margin-top:.8rem}.o{grid-template-columns:1fr 1fr;gap:.5rem}.n{font-size:1.6rem}header,main,footer{padding:0}article{padding:.3rem .6rem}}
`
  .replaceAll(/\n/g, "")
  .trim();
