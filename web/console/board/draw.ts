/** Draws the city on canvases: outlines once, points when something changed, and only what stands out moves. */
import type { Town } from "../city-map/towns.ts";
import type { Projection } from "../city-map/projection.ts";
import type { BoardPlant, State } from "./board-state.ts";

export interface Palette {
  ground: string;
  land: string;
  border: string;
  ink: string;
  states: Readonly<Record<State, string>>;
}
export const LIGHT: Palette = {
  ground: "#f3f5f8",
  land: "#ffffff",
  border: "#9aa7b6",
  ink: "#17202b",
  states: { normal: "#2f9e57", warned: "#c77700", lost: "#c1121f", silent: "#7b8794", marked: "#7a3ec0" },
};
export const DARK: Palette = {
  ground: "#0b1118",
  land: "#131d29",
  border: "#3d5168",
  ink: "#e6ebf1",
  states: { normal: "#3fb56b", warned: "#ffb020", lost: "#ff5a50", silent: "#8592a1", marked: "#c08cff" },
};

export function drawTowns(
  ctx: CanvasRenderingContext2D,
  towns: readonly Town[],
  { x, y }: Projection,
  palette: Palette,
): void {
  ctx.lineJoin = "round";
  ctx.lineWidth = 1.5;
  ctx.fillStyle = palette.land;
  ctx.strokeStyle = palette.border;
  for (const { outline } of towns) {
    ctx.beginPath();
    for (const [lon = 0, lat = 0] of outline) ctx.lineTo(x(lon), y(lat));
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  }
}

/** Names above the middles, on top of the points. */
export function drawNames(
  ctx: CanvasRenderingContext2D,
  towns: readonly Town[],
  { x, y, scale }: Projection,
  palette: Palette,
  size: number,
): void {
  ctx.font = `600 ${size}px system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.lineJoin = "round";
  ctx.lineWidth = size / 4;
  ctx.strokeStyle = palette.land;
  ctx.fillStyle = palette.ink;
  for (const { name, middle } of towns) {
    const [lon = 0, lat = 0] = middle;
    const [px, py] = [x(lon), y(lat) - 0.0165 * scale];
    ctx.strokeText(name, px, py);
    ctx.fillText(name, px, py);
  }
}

/** Points of one state; each state has its own shape. Those that stand out are drawn last, above the others. */
const ORDER: readonly State[] = ["normal", "silent", "marked", "warned", "lost"];

export function drawPoints(
  ctx: CanvasRenderingContext2D,
  plants: Iterable<BoardPlant>,
  { x, y }: Projection,
  palette: Palette,
  size: number,
): void {
  const by = new Map<State, BoardPlant[]>(ORDER.map((state) => [state, []]));
  for (const plant of plants) by.get(plant.state)?.push(plant);
  for (const state of ORDER) {
    const colour = palette.states[state];
    ctx.fillStyle = colour;
    ctx.strokeStyle = colour;
    ctx.lineWidth = Math.max(1, size / 4);
    const big = size * 1.6;
    if (state === "silent") ctx.beginPath();
    for (const { lon, lat } of by.get(state) ?? []) {
      const [px, py] = [x(lon), y(lat)];
      if (state === "normal") ctx.fillRect(px - size / 2, py - size / 2, size, size);
      else if (state === "silent") ctx.rect(px - size / 2, py - size / 2, size, size);
      else if (state === "marked") ctx.fillRect(px - big / 2, py - big / 2, big, big);
      else polygon(ctx, px, py, big, state === "warned" ? 3 : 4);
    }
    if (state === "silent") ctx.stroke();
  }
}

function polygon(ctx: CanvasRenderingContext2D, px: number, py: number, radius: number, corners: number): void {
  ctx.beginPath();
  for (let i = 0; i < corners; i++) {
    const angle = (i * 2 * Math.PI) / corners - Math.PI / 2;
    ctx.lineTo(px + radius * Math.cos(angle), py + radius * Math.sin(angle));
  }
  ctx.closePath();
  ctx.fill();
}

/** Rings around these points; `phase` from 0 to 1. What was drawn before is cleared around each, not everywhere. */
export function drawRings(
  ctx: CanvasRenderingContext2D,
  points: readonly { px: number; py: number; colour: string }[],
  radius: number,
  phase: number,
): void {
  const reach = radius * 2 + 4;
  for (const { px, py } of points) ctx.clearRect(px - reach, py - reach, 2 * reach, 2 * reach);
  ctx.lineWidth = Math.max(1.5, radius / 5);
  ctx.globalAlpha = 1 - phase;
  for (const { px, py, colour } of points) {
    ctx.strokeStyle = colour;
    ctx.beginPath();
    ctx.arc(px, py, radius * (1 + phase), 0, 2 * Math.PI);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}
