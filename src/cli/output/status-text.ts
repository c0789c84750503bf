import type { AdmissionData } from "../../client/operations/admission.ts";
import { NOT_AVAILABLE } from "./format.ts";
import { renderTable } from "./table.ts";

/** A server's load, and what it does about it. */
export function statusText({ admission, service }: AdmissionData): string {
  const { mode, threads, breaker, sensors, vitals } = admission;
  const { size, busy, queuedChunks } = service.pool;
  const held = vitals.threads.reduce((sum, one) => sum + one.heapBytes + one.arrayBytes, 0);
  const forced = breaker.override === "AUTOMATIC" ? "" : " (as somebody decided)";
  return [
    `mode      ${mode}`,
    `breaker   ${breaker.state}${forced}, opened ${breaker.trips} times so far`,
    ...breaker.reasons.map((reason) => `          ${reason}`),
    `threads   ${threads} of ${size} may score, ${busy} at work on ${queuedChunks} orders`,
    `cores     ${vitals.usedCores.toFixed(2)} of ${vitals.cores} used`,
    `memory    ${megabytes(vitals.memoryUsedBytes)} of ${megabytes(vitals.memoryLimitBytes)} used`,
    `process   ${megabytes(vitals.residentBytes)}, of which threads hold ${megabytes(held)}`,
    `loop      ${vitals.eventLoopDelayP99Ms.toFixed(1)} ms late in 99 of 100 looks at most`,
    "",
    renderTable(
      [
        { title: "sensor", align: "left" },
        { title: "reading", align: "right" },
        { title: "recover", align: "right" },
        { title: "warn", align: "right" },
        { title: "open", align: "right" },
        { title: "level", align: "left" },
      ],
      sensors.map(({ name, value, recover, warn, open, level }) => [
        name,
        value === null ? NOT_AVAILABLE : value.toFixed(1),
        String(recover),
        String(warn),
        open === null ? "never" : String(open),
        level,
      ]),
    ),
  ].join("\n");
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
