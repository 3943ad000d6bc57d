CREATE TABLE "roster"."account_sync" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"delta_link" text,
	"hinted_at" timestamp (3) with time zone,
	"next_delta_at" timestamp (3) with time zone NOT NULL,
	"next_full_at" timestamp (3) with time zone NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"synced_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "roster"."staged_change" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"status" text NOT NULL,
	"person" jsonb,
	"sync" boolean,
	"sso" boolean,
	CONSTRAINT "staged_change_user" PRIMARY KEY("run_id","object_id")
);
--> statement-breakpoint
CREATE TABLE "roster"."sync_run_met" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	CONSTRAINT "sync_run_met_user" PRIMARY KEY("run_id","object_id")
);
--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "preview" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "filter" jsonb;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "delta_link" text;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "approved_by" text;--> statement-breakpoint
ALTER TABLE "roster"."staged_change" ADD CONSTRAINT "staged_change_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_met" ADD CONSTRAINT "sync_run_met_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_sync_next" ON "roster"."account_sync" USING btree ("next_delta_at");--> statement-breakpoint
CREATE INDEX "account_sync_of_tenant" ON "roster"."account_sync" USING btree ("tenant_id");--> statement-breakpoint
-- Checkpoints name their phase from now on: what was under way lists once more.
UPDATE "roster"."sync_run" SET "checkpoint" = null WHERE "status" in ('queued', 'running');