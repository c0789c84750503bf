-- The state machines of src/store/transitions.ts: arguments are the first state and every allowed FROM>TO.
CREATE FUNCTION "guard_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> TG_ARGV[0] THEN
      RAISE EXCEPTION '% begin as %, not as %', TG_TABLE_NAME, TG_ARGV[0], NEW.state
        USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NEW.state <> OLD.state
    AND NOT (OLD.state || '>' || NEW.state = ANY (TG_ARGV[1:])) THEN
    RAISE EXCEPTION '% cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "runs_transition" BEFORE INSERT OR UPDATE OF "state" ON "runs"
FOR EACH ROW EXECUTE FUNCTION "guard_transition"('QUEUED',
  'QUEUED>RUNNING', 'QUEUED>PAUSED', 'QUEUED>FAILED', 'QUEUED>CANCELLED',
  'RUNNING>PAUSED', 'RUNNING>SUCCEEDED', 'RUNNING>FAILED', 'RUNNING>CANCELLED', 'RUNNING>TIMED_OUT',
  'PAUSED>QUEUED', 'PAUSED>RUNNING', 'PAUSED>FAILED', 'PAUSED>CANCELLED', 'PAUSED>TIMED_OUT',
  'FAILED>QUEUED', 'CANCELLED>QUEUED', 'TIMED_OUT>QUEUED');
--> statement-breakpoint
CREATE TRIGGER "chunks_transition" BEFORE INSERT OR UPDATE OF "state" ON "chunks"
FOR EACH ROW EXECUTE FUNCTION "guard_transition"('PENDING',
  'PENDING>RUNNING', 'PENDING>DONE', 'RUNNING>PENDING', 'RUNNING>DONE', 'RUNNING>PARTIAL',
  'PARTIAL>PENDING');
--> statement-breakpoint
-- Listeners learn of every event when its transaction commits, whoever wrote it.
CREATE FUNCTION "notify_run"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sweepline_run', NEW.run_id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "events_notify" AFTER INSERT ON "events"
FOR EACH ROW EXECUTE FUNCTION "notify_run"();
--> statement-breakpoint
-- These are deflated already; compressing them again would cost time and gain nothing.
ALTER TABLE "dataset_blocks" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "chunk_results" ALTER COLUMN "rows" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "chunk_results" ALTER COLUMN "columns" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "shortlists" ALTER COLUMN "bases" SET STORAGE EXTERNAL;
