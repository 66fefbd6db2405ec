/** From degrees to pixels of a drawing that shows all of the city, north up, the same scale in both directions. */

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface Projection {
  x(lon: number): number;
  y(lat: number): number;
  /** Pixels per degree of latitude. */
  scale: number;
}

/** The box around all points; null without any. Points that are not numbers are left out. */
export function boxOf(points: Iterable<readonly [lon: number, lat: number]>): Box | null {
  let box: Box | null = null;
  for (const [lon, lat] of points) {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) continue;
    if (box === null) box = { west: lon, south: lat, east: lon, north: lat };
    else {
      box.west = Math.min(box.west, lon);
      box.east = Math.max(box.east, lon);
      box.south = Math.min(box.south, lat);
      box.north = Math.max(box.north, lat);
    }
  }
  return box;
}

/** Fits `box` into `width` × `height` pixels less `padding` on every side; a single point comes to the middle. */
export function fit(box: Box, width: number, height: number, padding: number): Projection {
  const middle = { lon: (box.west + box.east) / 2, lat: (box.south + box.north) / 2 };
  const narrower = Math.cos((middle.lat * Math.PI) / 180);
  const wide = Math.max((box.east - box.west) * narrower, 1e-6);
  const high = Math.max(box.north - box.south, 1e-6);
  const scale = Math.min(Math.max(width - 2 * padding, 1) / wide, Math.max(height - 2 * padding, 1) / high);
  return {
    scale,
    x: (lon) => width / 2 + (lon - middle.lon) * narrower * scale,
    y: (lat) => height / 2 - (lat - middle.lat) * scale,
  };
}
