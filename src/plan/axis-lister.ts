import type { ParameterValue } from "../core/parameter.ts";
import { type Complaint, complaint } from "../core/user-error.ts";
import { axisLength, expandAxis, MAX_AXIS_VALUES, MAX_LISTED_VALUES } from "./expand-axis.ts";
import type { AxisSpec } from "./request.ts";

/** Lists the values of axes until all together have too many, which is told once. */
export class AxisLister {
  readonly #report: (found: Complaint) => void;
  #listed = 0;

  constructor(report: (found: Complaint) => void) {
    this.#report = report;
  }

  /** The values of one more axis; none where there are too many. */
  list(spec: AxisSpec, path: string): ParameterValue[] {
    if (this.#listed > MAX_LISTED_VALUES) return [];
    const length = axisLength(spec);
    if (length > 0 && length <= MAX_AXIS_VALUES) this.#listed += length;
    if (this.#listed <= MAX_LISTED_VALUES) return expandAxis(spec, path, this.#report);
    const bound = `<= ${MAX_LISTED_VALUES}`;
    this.#report(complaint(path, "all axes have too many values", this.#listed, bound));
    return [];
  }
}
