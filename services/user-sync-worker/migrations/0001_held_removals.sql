CREATE TABLE "roster"."recent_removal" (
	"tenant_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "recent_removal_of_person" PRIMARY KEY("tenant_id","directory_id","object_id")
);
--> statement-breakpoint
ALTER TABLE "roster"."phone_user" ADD COLUMN "chosen_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "roster"."account_sync" ADD COLUMN "full_wishes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."staged_change" ADD COLUMN "held" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."subscription" ADD COLUMN "wishes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "full_wishes" integer;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "limits" jsonb;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "held_removals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "held_disabled" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "held_deleted" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "approved_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "sync_run_waiting" ON "roster"."sync_run" USING btree ("tenant_id","directory_id") WHERE "roster"."sync_run"."status" = 'awaiting-approval';--> statement-breakpoint
CREATE INDEX "sync_run_open_of_tenant" ON "roster"."sync_run" USING btree ("tenant_id") WHERE "roster"."sync_run"."status" in ('queued', 'running');