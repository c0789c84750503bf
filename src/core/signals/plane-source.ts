import type { ParameterValues } from "../parameter.ts";
import { type BitPlane, clearPlane } from "../series/bit-plane.ts";
import { ByteLru } from "../series/byte-lru.ts";
import type { CandleView } from "../series/candle-view.ts";
import type { Atom, SeriesRef } from "./atom.ts";
import { type BarRange, comparePlane } from "./atom-plane.ts";
import { computeOutputs, resolveSeries } from "./resolve-series.ts";

/**
 * Bit planes of atoms over a range, each indicator and each atom computed once while the caches hold it.
 * A cache never changes a plane: with 0 bytes everything is computed anew.
 */
export class PlaneSource {
  readonly #view: CandleView;
  readonly #range: BarRange;
  readonly #outputs: ByteLru<string, readonly Float64Array[]>;
  readonly #planes: ByteLru<string, BitPlane>;

  constructor(
    view: CandleView,
    range: BarRange,
    caches: { readonly seriesBytes: number; readonly planeBytes: number },
  ) {
    this.#view = view;
    this.#range = range;
    this.#outputs = new ByteLru(caches.seriesBytes, (outputs) =>
      outputs.reduce((bytes, output) => bytes + output.byteLength, 0),
    );
    this.#planes = new ByteLru(caches.planeBytes, (plane) => plane.byteLength);
  }

  plane(atom: Atom): BitPlane {
    return this.#planes.remember(atomKey(atom), () => {
      const right = typeof atom.right === "number" ? atom.right : this.#series(atom.right);
      const plane = comparePlane(this.#series(atom.left), atom.op, right, this.#range);
      if (atom.unless !== undefined) clearPlane(plane, this.plane(atom.unless));
      return plane;
    });
  }

  #series(ref: SeriesRef): Float64Array {
    return resolveSeries(this.#view, ref, (id, params) =>
      this.#outputs.remember(outputKey(id, params), () => computeOutputs(this.#view, id, params)),
    );
  }
}

function atomKey(atom: Atom): string {
  const right = typeof atom.right === "number" ? String(atom.right) : seriesKey(atom.right);
  const unless = atom.unless === undefined ? "" : ` unless ${atomKey(atom.unless)}`;
  return `${seriesKey(atom.left)} ${atom.op} ${right}${unless}`;
}

function seriesKey(ref: SeriesRef): string {
  if (ref.kind === "price") return ref.source;
  if (ref.kind === "shifted") return `${seriesKey(ref.of)}[${ref.bars}]`;
  return `${outputKey(ref.indicator, ref.params)}.${ref.output}`;
}

function outputKey(id: string, params: ParameterValues): string {
  let key = id;
  for (const name in params) key += `,${name}=${params[name]}`;
  return key;
}
