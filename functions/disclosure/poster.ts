/** The A4 poster at a plant's gate: its QR code, its name, and what a passer-by finds behind it. */
import { encode } from "uqr";
import type { RuleData } from "../../layers/rule-data.ts";
import { say, type Text } from "./domain/text.ts";
import { esc } from "./html.ts";

export interface PosterPlant {
  code: string;
  name: string;
  permitNo: string;
  town: string;
}

/** Millimetres of an A4 sheet. */
const WIDE = 210;
const HIGH = 297;
/** Largest QR code, and the line it must stay above. */
const QR = 116;
const QR_BOTTOM = 206;
/** Sizes of the name: the first in which it fits three lines. */
const NAME_SIZES = [13, 10.5, 8];
const NAME_LINES = 3;
const FONT = `"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif`;

/** The address behind the code; `base` is the site's address without a closing slash. */
export const pageUrl = (base: string, code: string): string => `${base.replace(/\/+$/, "")}/p/${code}`;

/** Self-contained SVG, A4. The QR code keeps its quiet zone of four modules and survives a quarter of it being damaged. */
export function poster(plant: PosterPlant, base: string, rules: Pick<RuleData, "label">): string {
  const url = pageUrl(base, plant.code);
  const words = (key: string): Text => say(rules, `disclosure.poster.${key}`);
  const { name, size } = fitted(plant.name);
  const step = size * 1.3;
  const top = 52 + name.length * step;
  const wide = Math.min(QR, QR_BOTTOM - top);
  const parts = [
    `<rect width="${WIDE}" height="${HIGH}" fill="#fff"/><rect width="${WIDE}" height="40" fill="#0b3d91"/>`,
    text(20, 13, words("title").zh, `fill="#fff" font-weight="700"`),
    text(32, 7, words("title").en, `fill="#fff"`),
    ...name.map((line, i) => text(60 + i * step, size, line, `font-weight="700"`)),
    `<svg x="${(WIDE - wide) / 2}" y="${top + (QR_BOTTOM - top - wide) / 2}" width="${wide}" height="${wide}">${qr(url)}</svg>`,
    text(215, 11, words("scan").zh, `font-weight="700"`),
    text(223.5, 6.4, words("scan").en),
    ...bullets([words("values"), words("facilities"), words("judged")], 235),
    text(HIGH - 15, 5.4, `${say(rules, "disclosure.page.permit").zh} ${plant.permitNo} · ${plant.town}`),
    text(HIGH - 8, 4.4, url, `fill="#333"`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDE}mm" height="${HIGH}mm" viewBox="0 0 ${WIDE} ${HIGH}" font-family='${FONT}' text-anchor="middle" fill="#111">${parts.join("")}</svg>\n`;
}

const text = (y: number, size: number, content: string, more = ""): string =>
  `<text x="${WIDE / 2}" y="${y}" font-size="${size}"${more === "" ? "" : ` ${more}`}>${esc(content)}</text>`;

/** What the page shows, one line each in Chinese with the English below. */
const bullets = (items: readonly Text[], top: number): string[] =>
  items.flatMap(({ zh, en }, i) => [text(top + i * 13, 6.4, zh), text(top + i * 13 + 5.4, 4.6, en, `fill="#333"`)]);

/** One path of the dark modules, runs joined; correction level Q. */
function qr(content: string): string {
  const { data, size } = encode(content, { ecc: "Q", border: 4 });
  let d = "";
  for (const [y, row] of data.entries())
    for (let x = 0; x < size; x += 1) {
      if (!row[x] || row[x - 1]) continue;
      let n = 1;
      while (row[x + n]) n += 1;
      d += `M${x} ${y}h${n}v1h-${n}z`;
    }
  return `<svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d="${d}" fill="#000"/></svg>`;
}

function fitted(name: string): { name: string[]; size: number } {
  for (const size of NAME_SIZES) {
    const all = lines(name, (WIDE - 30) / size);
    if (all.length <= NAME_LINES) return { name: balanced(name, all), size };
  }
  const size = NAME_SIZES.at(-1) ?? 8;
  const all = lines(name, (WIDE - 30) / size).slice(0, NAME_LINES);
  return { name: [...all.slice(0, -1), `${(all.at(-1) ?? "").slice(0, -1)}…`], size };
}

/** The same number of lines of about the same width: no single character on the last. */
function balanced(name: string, all: string[]): string[] {
  const even = lines(name, width(name) / all.length + 0.6);
  return even.length === all.length ? even : all;
}

/** In ems: a Chinese character is one wide, a Latin one a good half. */
const width = (text: string): number =>
  Array.from(text).reduce((sum, c) => sum + (c.charCodeAt(0) < 0x2e80 ? 0.6 : 1), 0);

/** Lines of at most `most` ems. */
export function lines(name: string, most: number): string[] {
  const all: string[] = [];
  let line = "";
  for (const char of name) {
    if (line !== "" && width(line + char) > most) {
      all.push(line);
      line = "";
    }
    line += char;
  }
  return line === "" ? all : [...all, line];
}
