import type { RunPlan } from "../plan/run-plan.ts";

export type Priority = RunPlan["request"]["schedule"]["priority"];

/** The higher the sooner: as numbers, so that the database can compare them. */
export const PRIORITIES: Readonly<Record<Priority, number>> = {
  CRITICAL: 50,
  HIGH: 40,
  NORMAL: 30,
  LOW: 20,
  BULK: 10,
};

/** Between two neighbours. */
export const PRIORITY_STEP = 10;

export const DEFAULT_PRIORITY = PRIORITIES.NORMAL;

/** Most urgent first. */
export const PRIORITY_NAMES = Object.keys(PRIORITIES) as readonly Priority[];

export function priorityName(priority: number): Priority {
  const name = PRIORITY_NAMES.find((each) => PRIORITIES[each] === priority);
  if (name === undefined) throw new Error(`there is no priority ${priority}`);
  return name;
}
