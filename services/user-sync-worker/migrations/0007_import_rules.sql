CREATE TABLE "roster"."import_rules" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"rules" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "roster"."phone_user" ADD COLUMN "chosen_by" text DEFAULT 'hand' NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "rules" jsonb;--> statement-breakpoint
CREATE INDEX "import_rules_of_tenant" ON "roster"."import_rules" USING btree ("tenant_id");--> statement-breakpoint
ALTER TABLE "roster"."phone_user" ADD CONSTRAINT "phone_user_chosen_by" CHECK ("roster"."phone_user"."chosen_by" in ('hand', 'rule'));--> statement-breakpoint
ALTER TABLE "roster"."import_rules" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."import_rules" USING ("roster"."in_scope"("tenant_id"));
