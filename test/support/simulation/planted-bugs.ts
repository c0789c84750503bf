/**
 * Ways for the database to misbehave, as a trigger that changes what is written: each is what a
 * faulty statement of the store would leave behind. The simulation has to find every one of them.
 */
export interface PlantedBug {
  readonly title: string;
  readonly table: "runs" | "chunks" | "events" | "shortlists";
  readonly when: string;
  /** Of a PL/pgSQL function that returns the row, or null to write nothing. */
  readonly body: string;
}

const UPDATE = "before update";
const INSERT = "before insert";

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    title: "attempts are not counted",
    table: "chunks",
    when: UPDATE,
    body: "new.attempts := least(new.attempts, old.attempts); return new;",
  },
  {
    title: "a lease is over at once",
    table: "chunks",
    when: UPDATE,
    body: `if new.lease_until is not null then new.lease_until := clock_timestamp(); end if;
      return new;`,
  },
  {
    title: "a lease never runs out",
    table: "chunks",
    when: UPDATE,
    body: `if new.lease_until is not null then new.lease_until := 'infinity'; end if;
      return new;`,
  },
  {
    title: "a failed attempt does not wait",
    table: "chunks",
    when: UPDATE,
    body: "new.retry_at := null; return new;",
  },
  {
    title: "what was scored of a stopped chunk counts as all of it",
    table: "chunks",
    when: UPDATE,
    body: "if new.state = 'PARTIAL' then new.state := 'DONE'; end if; return new;",
  },
  {
    title: "a checkpoint has lost its rows",
    table: "chunks",
    when: "after update",
    body: `if new.state = 'PENDING' and old.state = 'RUNNING' then
        delete from chunk_results where run_id = new.run_id and no = new.no - 1;
      end if;
      return new;`,
  },
  {
    title: "a chunk is not made",
    table: "chunks",
    when: INSERT,
    body: "if new.stage = 'STAGE_B' and new.no = 2 then return null; end if; return new;",
  },
  {
    title: "a stored chunk is counted twice",
    table: "runs",
    when: UPDATE,
    body: `if new.stored > old.stored and new.stage = old.stage then
        new.stored := new.stored + (new.stored - old.stored);
      end if;
      return new;`,
  },
  {
    title: "a cancel is forgotten",
    table: "runs",
    when: UPDATE,
    body: "new.stop_state := null; return new;",
  },
  {
    title: "a pause is forgotten",
    table: "runs",
    when: UPDATE,
    body: "if new.state = 'PAUSED' then new.state := old.state; end if; return new;",
  },
  {
    title: "a retry takes what is stored for done, and drops it",
    table: "runs",
    when: UPDATE,
    body: `if new.state = 'QUEUED' and old.finished_at is not null then
        delete from chunk_results where run_id = new.id;
      end if;
      return new;`,
  },
  {
    title: "an event number is used twice",
    table: "runs",
    when: UPDATE,
    body: "if new.last_seq = 5 then new.last_seq := 4; end if; return new;",
  },
  {
    title: "an event is lost",
    table: "events",
    when: INSERT,
    body: "if new.seq = 4 then return null; end if; return new;",
  },
  {
    title: "progress goes back",
    table: "events",
    when: INSERT,
    body: "if new.seq = 4 and new.state = 'RUNNING' then new.done := 0; end if; return new;",
  },
  {
    title: "the end of Stage A is done twice",
    table: "shortlists",
    when: "after insert",
    body: `insert into chunks (run_id, stage, no, start_index, end_index, state)
        values (new.run_id, 'STAGE_B', 90, 0, 2, 'PENDING');
      return new;`,
  },
];
