-- What is stored of a run is written once and goes with its run. Nothing of this is met while runs are scored: rows
-- are inserted there, and nothing here looks at an insert.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of runs cannot be changed by %', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'check_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER "chunk_results_kept" BEFORE UPDATE OF "run_id", "stage", "no", "start_index", "end_index", "scored",
  "stride", "rows" ON "chunk_results" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "events_kept" BEFORE UPDATE ON "events" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "results_kept" BEFORE UPDATE ON "results" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "runs_emptied" BEFORE TRUNCATE ON "runs" EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "chunks_emptied" BEFORE TRUNCATE ON "chunks" EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "chunk_results_emptied" BEFORE TRUNCATE ON "chunk_results" EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "events_emptied" BEFORE TRUNCATE ON "events" EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "results_emptied" BEFORE TRUNCATE ON "results" EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- Before its run is gone, only what a retry makes anew goes: rows of chunks that are no longer stored, and results of
-- a run that ended without success; and progress of a run that has ended, when it is old.
CREATE FUNCTION "guard_kept"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  its_state text := (SELECT state FROM runs WHERE id = OLD.run_id);
  may_go boolean;
BEGIN
  IF its_state IS NULL THEN RETURN OLD; END IF;
  -- One by one: a table has not the columns of another.
  IF TG_TABLE_NAME = 'chunk_results' THEN
    may_go := NOT EXISTS (SELECT FROM chunks WHERE run_id = OLD.run_id AND stage = OLD.stage AND no = OLD.no
      AND state IN ('DONE', 'PARTIAL'));
  ELSIF TG_TABLE_NAME = 'events' THEN
    may_go := OLD.kind = 'PROGRESS' AND its_state NOT IN ('QUEUED', 'RUNNING', 'PAUSED');
  ELSE
    may_go := its_state IN ('FAILED', 'CANCELLED', 'TIMED_OUT');
  END IF;
  IF NOT may_go THEN
    RAISE EXCEPTION '% of a run that is % cannot be deleted', TG_TABLE_NAME, its_state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER "chunk_results_delete" BEFORE DELETE ON "chunk_results" FOR EACH ROW EXECUTE FUNCTION "guard_kept"();
--> statement-breakpoint
CREATE TRIGGER "events_delete" BEFORE DELETE ON "events" FOR EACH ROW EXECUTE FUNCTION "guard_kept"();
--> statement-breakpoint
CREATE TRIGGER "results_delete" BEFORE DELETE ON "results" FOR EACH ROW EXECUTE FUNCTION "guard_kept"();
--> statement-breakpoint
-- Metric columns are taken away when a run that was not to keep them succeeds, and nothing takes their place.
CREATE FUNCTION "guard_columns"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM changed WHERE columns IS NOT NULL) OR EXISTS (
    SELECT FROM (SELECT DISTINCT run_id FROM changed) AS of_run JOIN runs ON id = run_id
    WHERE stage <> 'FINALIZING' OR coalesce(plan #>> '{request,schedule,keepColumns}', 'true') <> 'false') THEN
    RAISE EXCEPTION 'columns of a run that keeps them cannot be changed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "chunk_results_columns" AFTER UPDATE ON "chunk_results" REFERENCING NEW TABLE AS "changed"
FOR EACH STATEMENT EXECUTE FUNCTION "guard_columns"();
--> statement-breakpoint
-- How a run is to end is said once, while it goes on, and how it ends then; a retry takes it back. Arguments are the
-- states of src/store/records.ts that it may be asked to end in.
CREATE FUNCTION "guard_stop"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  goes_on boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.stop_state IS NOT NULL THEN
      RAISE EXCEPTION 'runs begin without a stop' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  goes_on := OLD.state IN ('QUEUED', 'RUNNING', 'PAUSED');
  IF NOT goes_on AND NEW.state = 'QUEUED' THEN
    IF NEW.stop_state IS NOT NULL THEN
      RAISE EXCEPTION 'a retry takes the stop of a run back' USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NEW.stop_state IS DISTINCT FROM OLD.stop_state
    AND NOT coalesce(goes_on AND OLD.stop_state IS NULL AND NEW.stop_state = ANY (TG_ARGV), FALSE) THEN
    RAISE EXCEPTION 'a run that is %, to end as %, cannot be stopped as %', OLD.state, OLD.stop_state, NEW.stop_state
      USING ERRCODE = 'check_violation';
  ELSIF NEW.state <> OLD.state AND NEW.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED', NEW.stop_state) THEN
    RAISE EXCEPTION 'a run that is to end as % cannot be %', NEW.stop_state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "runs_stop_guard" BEFORE INSERT OR UPDATE OF "state", "stop_state" ON "runs"
FOR EACH ROW EXECUTE FUNCTION "guard_stop"('FAILED', 'CANCELLED', 'TIMED_OUT');
