/** The thread that the embedded database has for itself; see thread-session.ts for who asks. */
import { parentPort, workerData } from "node:worker_threads";
import { freeArrays } from "../free-arrays.ts";
import { EngineSession } from "./engine-session.ts";
import type { FromDatabase, ToDatabase, ToDatabaseSettings } from "./thread-session.ts";

const { dataDir, held } = workerData as ToDatabaseSettings;
const port = parentPort!;
const session = await EngineSession.open(dataDir);

const send = (message: FromDatabase, transfer: ArrayBuffer[] = []) => {
  held[0] = session.memoryBytes;
  port.postMessage(message, transfer);
};

port.on("message", async (message: ToDatabase) => {
  if (message === "close") {
    await session.close();
    port.close();
    return;
  }
  // One that throws ends the thread, which is what whoever waits hears of.
  const answer = await session.answer(message);
  freeArrays([message]);
  send(answer, [answer.buffer as ArrayBuffer]);
});
send("ready");
