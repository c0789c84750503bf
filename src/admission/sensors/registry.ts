import type { ControlGroup } from "../control-group.ts";
import type { Durations } from "../durations.ts";
import { apiLatencySensor, databaseWaitSensor } from "./durations.ts";
import type { EventLoopWatch } from "./event-loop.ts";
import { loadSensor } from "./load.ts";
import { memorySensor } from "./memory.ts";
import { type Sensor, seldom } from "./sensor.ts";

/** What sensors look at that others measure. */
export interface SensorSources {
  readonly group: ControlGroup;
  readonly eventLoop: EventLoopWatch;
  readonly databaseWaits: Durations;
  readonly queries: Durations;
}

/** One line a sensor. */
export function createSensors(sources: SensorSources): readonly Sensor[] {
  return [
    seldom(memorySensor(sources.group)),
    seldom(loadSensor()),
    sources.eventLoop,
    databaseWaitSensor(sources.databaseWaits),
    apiLatencySensor(sources.queries),
  ];
}
