import { isIP } from "node:net";

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
