import { freemem, totalmem } from "node:os";
import type { ControlGroup } from "../control-group.ts";
import type { Sensor } from "./sensor.ts";

/** The control group's memory where that has a limit below the machine's, else the machine's. */
export function memoryUse(group: ControlGroup): { usedBytes: number; limitBytes: number } {
  const total = totalmem();
  const limited = group.memory();
  if (limited !== null && limited.limitBytes <= total) return limited;
  // What the system calls free is what it could give without swapping.
  return { usedBytes: total - freemem(), limitBytes: total };
}

export function memorySensor(group: ControlGroup): Sensor {
  return {
    name: "memoryPct",
    read: () => {
      const { usedBytes, limitBytes } = memoryUse(group);
      return (100 * usedBytes) / limitBytes;
    },
    close: () => {},
  };
}
