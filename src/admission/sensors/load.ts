import { availableParallelism, cpus, loadavg } from "node:os";
import type { ControlGroup } from "../control-group.ts";
import type { Sensor } from "./sensor.ts";

/** Cores' worth that this process may use; a quota may leave a fraction. */
export function coresOf(group: ControlGroup): number {
  return Math.min(availableParallelism(), group.cores() ?? Number.POSITIVE_INFINITY);
}

/** The load is that of the whole machine, whatever part of it this process may use. */
export function loadSensor(): Sensor {
  const machineCores = Math.max(1, cpus().length);
  return {
    name: "loadPerCore",
    // Where a system has no such average, it says 0.
    read: () => loadavg()[0] / machineCores,
    close: () => {},
  };
}
