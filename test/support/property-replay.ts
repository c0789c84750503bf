import fc from "fast-check";

/**
 * Vitest setup: with FAST_CHECK_SEED every property draws from that seed, and with FAST_CHECK_PATH
 * it goes straight to the failing case. A failed property prints both.
 */
const { FAST_CHECK_SEED: seed, FAST_CHECK_PATH: path } = process.env;

if (seed !== undefined) {
  if (!Number.isInteger(Number(seed))) throw new Error(`FAST_CHECK_SEED ${seed} is no integer`);
  fc.configureGlobal({
    ...fc.readConfigureGlobal(),
    seed: Number(seed),
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
}
