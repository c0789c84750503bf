import { setTimeout as sleep } from "node:timers/promises";
import type { Blow } from "./campaign.ts";
import { startVictim, type Victim } from "./victim.ts";

export interface HerdOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Of the server, also of the next one after it was killed. */
  readonly port: number;
  readonly chunkDelayMs: number;
  readonly log: (line: string) => void;
}

const WORKERS = 3;
/** So long a blow waits for somebody who is at work; after that it falls on one who only begins. */
const PATIENCE_MS = 3_000;

/** A server and some workers; each is started again when it is gone. */
export class Herd {
  readonly #options: HerdOptions;
  readonly #victims: Victim[] = [];
  readonly #ready = new Set<Victim>();
  #ending = false;

  constructor(options: HerdOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (let place = 0; place <= WORKERS; place++) this.#place(place);
    await Promise.all(this.#victims.map((victim) => victim.ready));
  }

  /** `chance` in [0, 1) chooses among workers. */
  async hit(blow: Exclude<Blow, `postgres ${string}`>, chance: number): Promise<void> {
    const victim = await this.#chosen(blow === "server", chance);
    if (blow === "thread") victim.killThread();
    else if (blow === "freeze") victim.freeze(4_000);
    else {
      victim.kill();
      await victim.gone;
    }
  }

  async end(): Promise<void> {
    this.#ending = true;
    for (const victim of this.#victims) victim.kill();
    await Promise.all(this.#victims.map((victim) => victim.gone));
  }

  async #chosen(server: boolean, chance: number): Promise<Victim> {
    const choose = () => {
      const all = server ? this.#victims.slice(0, 1) : this.#victims.slice(1);
      const ready = all.filter((victim) => this.#ready.has(victim));
      return { ready, all };
    };
    for (let waitedMs = 0; waitedMs < PATIENCE_MS && choose().ready.length === 0; waitedMs += 50) {
      await sleep(50);
    }
    const { ready, all } = choose();
    const from = ready.length > 0 ? ready : all;
    return from[Math.floor(chance * from.length)];
  }

  #place(place: number): void {
    const { environment, port, chunkDelayMs, log } = this.#options;
    const victim = startVictim({
      ...{ environment, chunkDelayMs },
      port: place === 0 ? port : null,
    });
    this.#victims[place] = victim;
    victim.ready.then(
      () => this.#ready.add(victim),
      () => {},
    );
    void victim.gone.then(async () => {
      this.#ready.delete(victim);
      if (this.#ending) return;
      if (victim.stderr() !== "") log(`process ${place} said:\n${victim.stderr().slice(-2_000)}`);
      // As a supervisor does: at once, but not in a tight loop.
      await sleep(100);
      if (!this.#ending) this.#place(place);
    });
  }
}
