/** Just enough SVG for the plots of a document: axes, lines, bars, marks and words, in one frame. */
export interface Axis {
  min: number;
  max: number;
  ticks: readonly number[];
  /** Words at the axis, and how a tick is written. */
  label: string;
  format?: (x: number) => string;
}

export interface Frame {
  title: string;
  x: Axis;
  y: Axis;
}

const [WIDTH, HEIGHT] = [760, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 24, 48, 56];

export const COLOURS = {
  line: "#1f2937",
  soft: "#9ca3af",
  blue: "#2563eb",
  red: "#dc2626",
  green: "#059669",
  amber: "#d97706",
};

const round = (x: number): string => String(Math.round(x * 10) / 10);
const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export class Plot {
  readonly frame: Frame;
  readonly parts: string[] = [];

  constructor(frame: Frame) {
    this.frame = frame;
  }

  x(v: number): number {
    const { min, max } = this.frame.x;
    return LEFT + ((v - min) / (max - min)) * (WIDTH - LEFT - RIGHT);
  }
  y(v: number): number {
    const { min, max } = this.frame.y;
    return HEIGHT - BOTTOM - ((v - min) / (max - min)) * (HEIGHT - TOP - BOTTOM);
  }

  line(points: readonly (readonly [number, number])[], colour: string, dash = ""): this {
    const path = points.map(([x, y]) => `${round(this.x(x))},${round(this.y(y))}`).join(" ");
    const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
    this.parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.6"${dashes}/>`);
    return this;
  }
  bar(x: number, width: number, height: number, colour: string): this {
    const [left, right] = [this.x(x - width / 2), this.x(x + width / 2)];
    const top = this.y(height);
    this.parts.push(
      `<rect x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(this.y(0) - top)}" fill="${colour}"/>`,
    );
    return this;
  }
  dot(x: number, y: number, colour: string, size = 5): this {
    this.parts.push(`<circle cx="${round(this.x(x))}" cy="${round(this.y(y))}" r="${size}" fill="${colour}"/>`);
    return this;
  }
  text(x: number, y: number, words: string, colour = COLOURS.line, anchor: "start" | "middle" | "end" = "start"): this {
    this.parts.push(
      `<text x="${round(this.x(x))}" y="${round(this.y(y))}" fill="${colour}" text-anchor="${anchor}">${escape(words)}</text>`,
    );
    return this;
  }

  /** Names of the lines, one under the other, from a place in the frame. */
  legend(x: number, y: number, entries: readonly (readonly [string, string])[]): this {
    for (const [i, [words, colour]] of entries.entries()) {
      const top = this.y(y) + i * 18;
      const left = this.x(x);
      this.parts.push(
        `<rect x="${round(left)}" y="${round(top - 9)}" width="14" height="10" fill="${colour}"/>`,
        `<text x="${round(left + 20)}" y="${round(top)}" fill="${COLOURS.line}">${escape(words)}</text>`,
      );
    }
    return this;
  }

  toString(): string {
    const { title, x, y } = this.frame;
    const [right, bottom] = [WIDTH - RIGHT, HEIGHT - BOTTOM];
    const word = (v: number, axis: Axis): string => (axis.format ?? String)(v);
    const grid = [
      ...x.ticks.map(
        (v) =>
          `<text x="${round(this.x(v))}" y="${bottom + 18}" text-anchor="middle" fill="${COLOURS.line}">${escape(word(v, x))}</text>`,
      ),
      ...y.ticks.map(
        (v) =>
          `<line x1="${LEFT}" y1="${round(this.y(v))}" x2="${right}" y2="${round(this.y(v))}" stroke="#e5e7eb"/>` +
          `<text x="${LEFT - 8}" y="${round(this.y(v) + 4)}" text-anchor="end" fill="${COLOURS.line}">${escape(word(v, y))}</text>`,
      ),
    ];
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escape(title).replaceAll('"', "&quot;")}">`,
      `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
      `<text x="${LEFT}" y="24" font-size="15" fill="${COLOURS.line}">${escape(title)}</text>`,
      ...grid,
      `<line x1="${LEFT}" y1="${bottom}" x2="${right}" y2="${bottom}" stroke="${COLOURS.line}"/>`,
      `<text x="${(LEFT + right) / 2}" y="${HEIGHT - 14}" text-anchor="middle" fill="${COLOURS.line}">${escape(x.label)}</text>`,
      `<text x="${LEFT}" y="${TOP - 8}" fill="${COLOURS.line}">${escape(y.label)}</text>`,
      ...this.parts,
      "</svg>\n",
    ].join("\n");
  }
}
