import { freemem, totalmem } from "node:os";
import type { ControlGroup } from "../control-group.ts";
import type { Sensor } from "./sensor.ts";

/** A machine has what it has. */
const TOTAL_BYTES = totalmem();

/** The control group's memory where that has a limit below the machine's, else the machine's. */
export function memoryUse(group: ControlGroup): { usedBytes: number; limitBytes: number } {
  const limited = group.memory();
  if (limited !== null && limited.limitBytes <= TOTAL_BYTES) return limited;
  // What the system calls free is what it could give without swapping.
  return { usedBytes: TOTAL_BYTES - freemem(), limitBytes: TOTAL_BYTES };
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
