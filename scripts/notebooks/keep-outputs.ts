import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";

// Loaded into the kernel before tslab, which sends without waiting. By default a socket takes 512
// messages a turn of the event loop and refuses the next, and a publisher drops those beyond 1,000
// unsent ones; either way lines of a cell would be missing without a word. No send time-out and no
// high water mark: the kernel's publisher queues everything.
if (isMainThread) {
  const zeromq = createRequire(process.argv[1] ?? import.meta.url)("zeromq");
  const { Publisher } = zeromq;
  zeromq.Publisher = class extends Publisher {
    constructor(options: object = {}) {
      super({ ...options, sendTimeout: 0, sendHighWaterMark: 0 });
    }
  };
}
