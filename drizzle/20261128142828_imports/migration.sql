CREATE TABLE "import_pages" (
	"import_id" text,
	"no" integer,
	"last_ms" double precision NOT NULL,
	"bars" bytea NOT NULL,
	CONSTRAINT "import_pages_pkey" PRIMARY KEY("import_id","no")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" text PRIMARY KEY,
	"no" bigint UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "imports_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"owner" text NOT NULL,
	"request" json NOT NULL,
	"state" text NOT NULL,
	"seq" integer DEFAULT 1 NOT NULL,
	"bytes_done" bigint DEFAULT 0 NOT NULL,
	"bytes_total" bigint,
	"bars" integer DEFAULT 0 NOT NULL,
	"fraction" double precision,
	"message" text,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"error" json,
	"rejected" json,
	"dataset_hash" text,
	"created" boolean,
	"worker" text,
	"lease_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "imports_state" ON "imports" ("state","no");--> statement-breakpoint
CREATE INDEX "imports_owner" ON "imports" ("owner","no");--> statement-breakpoint
ALTER TABLE "import_pages" ADD CONSTRAINT "import_pages_import_id_imports_id_fkey" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE CASCADE;
--> statement-breakpoint
-- The states of src/store/import-records.ts, kept by the same function as those of runs.
CREATE TRIGGER "imports_transition" BEFORE INSERT OR UPDATE OF "state" ON "imports"
FOR EACH ROW EXECUTE FUNCTION "guard_transition"('WAITING',
  'WAITING>RUNNING', 'WAITING>FAILED', 'WAITING>CANCELLED',
  'RUNNING>SUCCEEDED', 'RUNNING>FAILED', 'RUNNING>CANCELLED',
  'FAILED>RUNNING', 'CANCELLED>RUNNING');
--> statement-breakpoint
-- Deflated already.
ALTER TABLE "import_pages" ALTER COLUMN "bars" SET STORAGE EXTERNAL;
