-- The stage of src/store/transitions.ts that a state is entered from only: arguments are the state and the stage.
CREATE FUNCTION "guard_stage_of_state"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND NEW.state = TG_ARGV[0] AND OLD.stage <> TG_ARGV[1] THEN
    RAISE EXCEPTION 'a run in % cannot be %', OLD.stage, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "runs_stage_of_state" BEFORE UPDATE OF "state" ON "runs"
FOR EACH ROW EXECUTE FUNCTION "guard_stage_of_state"('SUCCEEDED', 'FINALIZING');
