ALTER TABLE "chunks" ADD COLUMN "retry_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chunks" ADD COLUMN "error" json;--> statement-breakpoint
-- The stages of src/store/transitions.ts: arguments are the first one and every allowed FROM>TO.
CREATE FUNCTION "guard_stage"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.stage <> TG_ARGV[0] THEN
      RAISE EXCEPTION 'runs begin in %, not in %', TG_ARGV[0], NEW.stage
        USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NEW.stage <> OLD.stage THEN
    IF NOT (OLD.stage || '>' || NEW.stage = ANY (TG_ARGV[1:])) THEN
      RAISE EXCEPTION 'runs cannot go from % to %', OLD.stage, NEW.stage
        USING ERRCODE = 'check_violation';
    ELSIF OLD.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED') THEN
      RAISE EXCEPTION 'a run that is % keeps its stage', OLD.state
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "runs_stage" BEFORE INSERT OR UPDATE OF "stage" ON "runs"
FOR EACH ROW EXECUTE FUNCTION "guard_stage"('STAGE_A', 'STAGE_A>STAGE_B', 'STAGE_B>FINALIZING');
--> statement-breakpoint
-- Workers of a run that goes on would lose what they hold.
CREATE FUNCTION "guard_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('QUEUED', 'RUNNING', 'PAUSED') THEN
    RAISE EXCEPTION 'a run that is % cannot be deleted', OLD.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER "runs_delete" BEFORE DELETE ON "runs"
FOR EACH ROW EXECUTE FUNCTION "guard_delete"();
