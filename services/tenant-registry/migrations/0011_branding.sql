-- How the sign-in pages of a tenant look; the logo's bytes lie apart, because every request of a person reads the tenant.
CREATE TABLE "registry"."tenant_logo" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "registry"."tenant" ADD COLUMN "branding" jsonb DEFAULT '{"displayName":null,"accentColour":null,"language":null,"logo":null}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "registry"."tenant_logo" ADD CONSTRAINT "tenant_logo_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "registry"."tenant_logo" TO jackfield_registry;
--> statement-breakpoint
ALTER TABLE "registry"."tenant_logo" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."tenant_logo" USING ("registry"."in_scope"("tenant_id"));
