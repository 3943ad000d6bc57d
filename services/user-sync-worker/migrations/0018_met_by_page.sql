-- Whom a full comparison has met is kept page by page: a row a person cost it more than comparing them.
SELECT set_config('jackfield.tenant', '*', true);--> statement-breakpoint
ALTER TABLE "roster"."sync_run_met" DROP CONSTRAINT "sync_run_met_user",
	ALTER COLUMN "object_id" DROP NOT NULL,
	ADD COLUMN "object_ids" uuid[];--> statement-breakpoint
INSERT INTO "roster"."sync_run_met" ("tenant_id", "run_id", "object_ids")
SELECT "tenant_id", "run_id", array_agg("object_id") FROM "roster"."sync_run_met" GROUP BY "tenant_id", "run_id";--> statement-breakpoint
DELETE FROM "roster"."sync_run_met" WHERE "object_ids" IS NULL;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_met" DROP COLUMN "object_id",
	ALTER COLUMN "object_ids" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "sync_run_met_of_run" ON "roster"."sync_run_met" USING btree ("run_id");
