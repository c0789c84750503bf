import type { ChildProcess } from "node:child_process";

/**
 * Where a `serve` process answers, as soon as it says so. Goes on reading: a process whose output
 * nobody takes ends.
 */
export function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = "";
  child.stdout!.on("data", (text: Buffer) => {
    said += String(text);
    const url = /GraphQL and GraphiQL at (\S+)/.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.once("close", () => reject(new Error(`the server did not start: ${said}`)));
  return promise;
}
