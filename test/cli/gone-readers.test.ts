import { expect, it } from "vitest";
import { unreadSweepline } from "./sweepline-process.ts";

it.each([
  [["--help"], 0],
  [["indicators", "--json"], 0],
] as const)("sweepline %j ends quietly where nobody reads it any longer", async (args, code) => {
  expect(await unreadSweepline(args)).toEqual({ code, stdout: "", stderr: "" });
});
