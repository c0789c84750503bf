import type { ParameterValue } from "../parameter.ts";

/**
 * One dimension of a grid: a name such as `fast.window` and its values, in order, without
 * duplicates.
 */
export interface Axis {
  readonly name: string;
  readonly values: readonly ParameterValue[];
}
