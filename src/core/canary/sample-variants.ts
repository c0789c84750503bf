import { Grid } from "../grid/grid.ts";
import { VariantSpace } from "../grid/variant-space.ts";
import type { Random } from "../random.ts";
import { riskCells, type Sweep } from "../stages/sweep.ts";

/** Numbers looked at for one that the constraint allows. */
const MAX_TRIES = 1_000;

/**
 * Numbers of Stage B variants that exist: the first and the last, and seeded ones between them. At
 * most `count`, ascending, none twice.
 */
export function sampleVariants(sweep: Sweep, count: number, random: Random): number[] {
  const { size } = new Grid(sweep.axes);
  const cells = riskCells(sweep);
  const space = new VariantSpace(sweep.axes, sweep.constraint);
  const digits = new Int32Array(sweep.axes.length);
  const exists = (base: number) => space.has(space.grid.digits(base, digits));
  const found = new Set<number>();
  const take = (base: number, cell: number) => void found.add(base * cells + cell);
  const first = firstThat(exists, size, (tried) => tried);
  const last = firstThat(exists, size, (tried) => size - 1 - tried);
  if (first !== null) take(first, 0);
  if (last !== null) take(last, cells - 1);
  for (let tries = 0; tries < MAX_TRIES && found.size < count; tries++) {
    const base = Math.floor(random.uniform() * size);
    if (exists(base)) take(base, Math.floor(random.uniform() * cells));
  }
  return [...found].sort((a, b) => a - b).slice(0, count);
}

function firstThat(
  exists: (base: number) => boolean,
  size: number,
  candidate: (tried: number) => number,
): number | null {
  for (let tried = 0; tried < Math.min(size, MAX_TRIES); tried++) {
    if (exists(candidate(tried))) return candidate(tried);
  }
  return null;
}
