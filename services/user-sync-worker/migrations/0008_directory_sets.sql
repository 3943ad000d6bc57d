CREATE TABLE "roster"."directory_set_member" (
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"set_key" text NOT NULL,
	"object_id" uuid NOT NULL,
	CONSTRAINT "directory_set_member_id" PRIMARY KEY("account_id","object_id","set_key")
);
--> statement-breakpoint
CREATE TABLE "roster"."sync_run_set_member" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"set_key" text NOT NULL,
	"object_id" uuid NOT NULL,
	CONSTRAINT "sync_run_set_member_id" PRIMARY KEY("run_id","object_id","set_key")
);
--> statement-breakpoint
ALTER TABLE "roster"."import_rules" ADD COLUMN "sets_read" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "warnings" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_set_member" ADD CONSTRAINT "sync_run_set_member_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."directory_set_member" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."directory_set_member" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."sync_run_set_member" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."sync_run_set_member" USING ("roster"."in_scope"("tenant_id"));
