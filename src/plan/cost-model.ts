/**
 * What scoring costs, in seconds of one thread: fixed work a variant, work a bar of its planes, and
 * work a risk cell. Measured on one 2-core server class machine; an estimate, not a promise. The
 * chunk size and the ETA before the first progress come from it.
 */
const VARIANT_SECONDS = 2e-6;
const VARIANT_BAR_SECONDS = 2.5e-9;
const CELL_SECONDS = 0.5e-6;
const CELL_BAR_SECONDS = 0.15e-9;

export function baseVariantSeconds(bars: number): number {
  return VARIANT_SECONDS + bars * VARIANT_BAR_SECONDS;
}

export function riskCellSeconds(bars: number): number {
  return CELL_SECONDS + bars * CELL_BAR_SECONDS;
}
