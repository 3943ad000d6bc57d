-- Which credential a service speaks of when it tells that one worked.
ALTER TABLE "registry"."microsoft_credential" ADD COLUMN "id" uuid DEFAULT gen_random_uuid() NOT NULL;
--> statement-breakpoint
ALTER TABLE "registry"."microsoft_credential" ADD COLUMN "refused_at" timestamp (3) with time zone;
--> statement-breakpoint
-- The credential before, kept until the new one is proven or its own end (S26).
CREATE TABLE "registry"."previous_credential" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "registry"."previous_credential" ADD CONSTRAINT "previous_credential_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "registry"."previous_credential" TO jackfield_registry;
--> statement-breakpoint
ALTER TABLE "registry"."previous_credential" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."previous_credential" USING (EXISTS (SELECT 1 FROM "registry"."microsoft_account" "a" WHERE "a"."id" = "account_id"));
