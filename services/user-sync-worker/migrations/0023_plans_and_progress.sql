-- People are looked up by an index of which each other one would read the whole tenant, so no other may look as good to the planner: where
-- the statistics did not know a tenant, an import read all of it for each person of a page (FC-62).
DROP INDEX "roster"."phone_user_by_name";--> statement-breakpoint
CREATE INDEX "phone_user_by_name" ON "roster"."phone_user" USING btree ("tenant_id",lower("display_name"),"id") WHERE created_at > '-infinity';--> statement-breakpoint
ALTER TABLE "roster"."binding" DROP CONSTRAINT "binding_user";--> statement-breakpoint
ALTER TABLE "roster"."released_binding" DROP CONSTRAINT "released_binding_user";--> statement-breakpoint
ALTER TABLE "roster"."revocation" DROP CONSTRAINT "revocation_user";--> statement-breakpoint
ALTER TABLE "roster"."phone_user" DROP CONSTRAINT "phone_user_of_tenant";--> statement-breakpoint
ALTER TABLE "roster"."phone_user" ADD CONSTRAINT "phone_user_of_tenant" PRIMARY KEY("id","tenant_id");--> statement-breakpoint
ALTER TABLE "roster"."binding" ADD CONSTRAINT "binding_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."released_binding" ADD CONSTRAINT "released_binding_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."revocation" ADD CONSTRAINT "revocation_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- Since when an account is not in step, and a run makes no progress (FC-34).
ALTER TABLE "roster"."account_sync" ADD COLUMN "failure" jsonb;--> statement-breakpoint
ALTER TABLE "roster"."account_sync" ADD COLUMN "failing_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "roster"."account_sync" ADD COLUMN "tell_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "roster"."account_sync" ADD COLUMN "is_told_failing" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "account_sync_to_tell" ON "roster"."account_sync" USING btree ("tell_at") WHERE "roster"."account_sync"."tell_at" is not null;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "waiting_for" text;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "progressed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ADD COLUMN "stalled_at" timestamp (3) with time zone;
