import type { KernelName } from "../kernels/choose-kernels.ts";
import type { CacheBounds } from "./cache/pool-caches.ts";
import type { RestartOptions } from "./restarts.ts";

export interface PoolOptions {
  /** Threads. */
  readonly size: number;
  /** What runs the hot loops; WASM where it is built, when absent. */
  readonly kernels?: KernelName;
  /** What threads keep for one another and for later runs; nothing, when absent. */
  readonly caches?: CacheBounds;
  /** Most bytes that a thread may hold, code and shared memory aside; 4 GiB when absent. */
  readonly threadBytes?: number;
  /** Whether engines score variants together where they can, which is the default. */
  readonly batches?: boolean;
  /** How threads are started again that die before they are ready. */
  readonly restarts?: RestartOptions;
}
