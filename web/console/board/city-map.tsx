/** The map of the city: schematic towns and a point for every plant. One that is clicked opens its page. */
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { boxOf, fit, type Projection } from "../city-map/projection.ts";
import { TOWNS } from "../city-map/towns.ts";
import { useLabels } from "../labels.ts";
import { go, hashOf } from "../shell/address.ts";
import { useText } from "../texts.ts";
import type { BoardPlant } from "./board-state.ts";
import { DARK, drawNames, drawPoints, drawRings, drawTowns, LIGHT } from "./draw.ts";

interface CityMapProps {
  plants: ReadonlyMap<string, BoardPlant>;
  dark: boolean;
  /** What the map shows, in words. */
  label: string;
}

/** More rings than this say nothing more. */
const RINGS = 400;
/** They grow in two steps a second: a wall without a graphics card has to compose all its pixels at every one. */
const RING_MS = 500;
const ROUND_MS = 1_500;

export function CityMap({ plants, dark, label }: CityMapProps): ReactNode {
  const t = useText();
  const { say } = useLabels();
  const box = useRef<HTMLDivElement>(null);
  const points = useRef<HTMLCanvasElement>(null);
  const rings = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [under, setUnder] = useState<{ plant: BoardPlant; px: number; py: number } | null>(null);
  const palette = dark ? DARK : LIGHT;

  useEffect(() => {
    if (!box.current) return;
    const sized = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      setSize({ width: Math.round(width), height: Math.round(height) });
    });
    sized.observe(box.current);
    return () => sized.disconnect();
  }, []);

  const { width, height } = size;
  const unit = Math.max(3, Math.min(width, height) / 260);
  // Plants do not move: the picture's frame changes with its size and the register, not with states.
  const frame = useFrame(plants);
  const projection = useMemo(
    () => (frame && width > 0 ? fit(frame, width, height, unit * 4) : null),
    [frame, width, height, unit],
  );

  useEffect(() => {
    const ctx = ready(points.current, size);
    if (!ctx || !projection) return;
    drawTowns(ctx, TOWNS, projection, palette);
    // Ten thousand points have to be small; a few may be seen from afar.
    const dot = unit * Math.min(3, Math.max(1, Math.sqrt(2_000 / Math.max(plants.size, 1))));
    drawPoints(ctx, plants.values(), projection, palette, dot);
    drawNames(ctx, TOWNS, projection, palette, Math.max(13, unit * 4.2));
  }, [points, plants, projection, palette, unit, size]);

  useEffect(() => {
    const ctx = ready(rings.current, size);
    if (!ctx || !projection) return;
    const { x, y } = projection;
    const out = [...plants.values()]
      // Only what is worst: rings around every warning of a large city would hide it.
      .filter(({ state }) => state === "lost")
      .slice(0, RINGS)
      .map(({ lon, lat, state }) => ({ px: x(lon), py: y(lat), colour: palette.states[state] }));
    if (out.length === 0) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return drawRings(ctx, out, unit * 2.4, 0.3);
    const draw = (): void =>
      drawRings(ctx, out, unit * 2.4, ((Math.floor(performance.now() / RING_MS) * RING_MS) % ROUND_MS) / ROUND_MS);
    draw();
    const timer = setInterval(draw, RING_MS);
    return () => clearInterval(timer);
  }, [rings, plants, projection, palette, unit, size]);

  const find = (event: { clientX: number; clientY: number }): typeof under => {
    if (!projection || !box.current) return null;
    const { left, top } = box.current.getBoundingClientRect();
    return nearest(plants, projection, event.clientX - left, event.clientY - top, unit * 3);
  };
  return (
    // A short cut for the mouse: every plant is reached by the keyboard from the lists beside the map.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      ref={box}
      className="map"
      data-plants={plants.size}
      onMouseMove={(event) => setUnder(find(event))}
      onMouseLeave={() => setUnder(null)}
      onClick={(event) => {
        const found = find(event);
        if (found) go(hashOf(["plant", found.plant.permitNo]));
      }}
    >
      <canvas ref={points} role="img" aria-label={label} />
      <canvas ref={rings} aria-hidden />
      {under && (
        <div className="under" style={{ left: under.px, top: under.py }}>
          <strong>{under.plant.name}</strong> {say(`state.${under.plant.state}`)}
        </div>
      )}
      <p className="schematic">{t("schematic")}</p>
    </div>
  );
}

/** The box around towns and plants; the same object as long as it is the same box. */
function useFrame(plants: ReadonlyMap<string, BoardPlant>): ReturnType<typeof boxOf> {
  const made = useMemo(() => {
    const towns = TOWNS.flatMap(({ outline }) => outline.map(([lon = 0, lat = 0]) => [lon, lat] as const));
    return boxOf([...towns, ...[...plants.values()].map(({ lon, lat }) => [lon, lat] as const)]);
  }, [plants]);
  const key = JSON.stringify(made);
  return useMemo(() => JSON.parse(key) as typeof made, [key]);
}

/** Sized for the screen's pixels and cleared, in units of CSS pixels. */
function ready(
  canvas: HTMLCanvasElement | null,
  { width, height }: { width: number; height: number },
): CanvasRenderingContext2D | null {
  if (!canvas || width === 0) return null;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx?.scale(ratio, ratio);
  return ctx;
}

function nearest(plants: ReadonlyMap<string, BoardPlant>, { x, y }: Projection, px: number, py: number, reach: number) {
  let found: BoardPlant | null = null;
  let best = reach * reach;
  for (const plant of plants.values()) {
    const distance = (x(plant.lon) - px) ** 2 + (y(plant.lat) - py) ** 2;
    if (distance < best) [best, found] = [distance, plant];
  }
  return found && { plant: found, px: x(found.lon), py: y(found.lat) };
}
