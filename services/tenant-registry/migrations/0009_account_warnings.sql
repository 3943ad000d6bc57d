CREATE TABLE "registry"."expiry_notice" (
	"tenant_id" uuid NOT NULL,
	"credential_id" uuid NOT NULL,
	"threshold" integer NOT NULL,
	CONSTRAINT "expiry_notice_threshold" PRIMARY KEY("credential_id","threshold")
);
--> statement-breakpoint
ALTER TABLE "registry"."microsoft_account" ADD COLUMN "findings" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "registry"."microsoft_account" ADD COLUMN "next_check_at" timestamp (3) with time zone DEFAULT now() NOT NULL;
--> statement-breakpoint
ALTER TABLE "registry"."expiry_notice" ADD CONSTRAINT "expiry_notice_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "expiry_notice_tenant" ON "registry"."expiry_notice" USING btree ("tenant_id");
--> statement-breakpoint
CREATE INDEX "microsoft_account_next_check" ON "registry"."microsoft_account" USING btree ("next_check_at");
--> statement-breakpoint
ALTER TABLE "registry"."expiry_notice" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."expiry_notice" USING ("registry"."in_scope"("tenant_id"));
--> statement-breakpoint
-- Not all of them at the same moment.
UPDATE "registry"."microsoft_account" SET "next_check_at" = now() + random() * interval '24 hours';
