/** Time as a runner knows it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls once after `ms`; the function it returns calls it off. */
  after(ms: number, call: () => void): () => void;
  /** Calls again and again; the function it returns ends it. */
  every(ms: number, call: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  // Steady: it does not jump with the clock on the wall.
  now: () => performance.timeOrigin + performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  every: (ms, call) => {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
};

/** Resolves after `ms`, or at once when the signal fires. */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const callOff = clock.after(ms, resolve);
  signal?.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  callOff();
}
