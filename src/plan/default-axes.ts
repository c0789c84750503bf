import type { Axis } from "../core/grid/axis.ts";
import type { Indicator } from "../core/indicators/indicator.ts";
import { INDICATORS } from "../core/indicators/registry.ts";
import { type ParameterSpec, parameterFault } from "../core/parameter.ts";
import { type Complaint, complaint, UserError } from "../core/user-error.ts";
import { expandAxis } from "./expand-axis.ts";
import { axisSpec } from "./request.ts";

/** By indicator id: an axis for each parameter, in axis order, under the parameter's own name. */
export type DefaultAxes = ReadonlyMap<string, readonly Axis[]>;

type Mapping = Readonly<Record<string, unknown>>;
type Report = (found: Complaint) => void;

/**
 * The axes that are offered for each indicator: a mapping by id, then by parameter, of axes as a
 * request has them. Throws UserError with a complaint for each indicator or parameter that is
 * unknown or left out, and each value that its parameter does not take.
 */
export function parseDefaultAxes(values: unknown): DefaultAxes {
  const complaints: Complaint[] = [];
  const report: Report = (found) => complaints.push(found);
  const ids = INDICATORS.map(({ id }) => id);
  const byId = mappingOf(values, { path: "", names: ids, kind: "indicator" }, report);
  const axes = new Map(
    INDICATORS.filter(({ id }) => Object.hasOwn(byId, id)).map((indicator) => [
      indicator.id,
      axesOf(indicator, byId[indicator.id], report),
    ]),
  );
  if (complaints.length > 0) throw new UserError("VALIDATION", complaints);
  return axes;
}

function axesOf({ id, params }: Indicator, values: unknown, report: Report): Axis[] {
  const names = params.map(({ name }) => name);
  const byName = mappingOf(values, { path: id, names, kind: "parameter" }, report);
  return params
    .filter(({ name }) => Object.hasOwn(byName, name))
    .map((spec) => axisOf(spec, byName[spec.name], { path: `${id}.${spec.name}`, report }));
}

interface Place {
  readonly path: string;
  readonly report: Report;
}

function axisOf(spec: ParameterSpec, value: unknown, { path, report }: Place): Axis {
  const parsed = axisSpec.safeParse(value);
  if (!parsed.success) {
    report(complaint(path, parsed.error.issues[0].message, value));
    return { name: spec.name, values: [] };
  }
  const values = expandAxis(parsed.data, path, report);
  for (const one of values) {
    const fault = parameterFault(spec, one);
    if (fault !== null) report(complaint(path, fault.message, one, fault.bound));
  }
  return { name: spec.name, values };
}

interface Expected {
  readonly path: string;
  readonly names: readonly string[];
  readonly kind: "indicator" | "parameter";
}

/** A mapping with exactly these names; an empty one where it is none. */
function mappingOf(value: unknown, { path, names, kind }: Expected, report: Report): Mapping {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    report(complaint(path, `must be a mapping by ${kind}`, value, names.join(", ")));
    return {};
  }
  const under = (name: string) => (path === "" ? name : `${path}.${name}`);
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) {
      report(complaint(under(name), `unknown ${kind}`, name, names.join(", ")));
    }
  }
  for (const name of names) {
    if (!Object.hasOwn(value, name)) report(complaint(under(name), `the ${kind} is left out`));
  }
  return value as Mapping;
}
