/**
 * `npm run bench:service`: whole runs through the service beside their pool alone, measured in a
 * process that has the heap and the allocator of `sweepline`; see measure-service.ts. A benchmark,
 * never a test. JSON goes to bench/results, a table to the terminal.
 */
import { once } from "node:events";
import { forkAsService } from "./fork-as-service.ts";

const child = forkAsService(new URL("measure-service.ts", import.meta.url), process.argv.slice(2));
const [code] = await once(child, "exit");
process.exitCode = code ?? 1;
