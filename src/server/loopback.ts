import { isIP } from "node:net";
import { UserError } from "../config.ts";

/** Whether an address or name to listen on is this machine's own. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (name === "localhost" || name === "::1") return true;
  return isIP(name) === 4 && name.startsWith("127.");
}

/** `localhost:4000` -> `localhost`, `[::1]:4000` -> `[::1]` */
export function hostName(header: string): string {
  return header.replace(/:\d+$/, "");
}

/** Without tokens nobody is asked who he is, so nobody may come from anywhere else. */
export function openDoor(host: string): UserError {
  const message =
    "other machines may only come in with a token, and there is none: make one with " +
    "`sweepline token create`, or listen on this machine";
  return new UserError("VALIDATION", { path: "host", message, value: host, bound: "127.0.0.1" });
}
