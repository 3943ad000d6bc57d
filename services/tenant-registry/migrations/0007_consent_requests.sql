-- Admin-consent links that were handed out: whoever comes back from Microsoft names one by its state, once.
CREATE TABLE "registry"."consent_request" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"state_hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consent_request_state_key" UNIQUE("state_hash")
);
--> statement-breakpoint
ALTER TABLE "registry"."consent_request" ADD CONSTRAINT "consent_request_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "registry"."consent_request" ADD CONSTRAINT "consent_request_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "consent_request_account" ON "registry"."consent_request" USING btree ("account_id");
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "registry"."consent_request" TO jackfield_registry;
--> statement-breakpoint
ALTER TABLE "registry"."consent_request" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."consent_request" USING ("registry"."in_scope"("tenant_id"));
