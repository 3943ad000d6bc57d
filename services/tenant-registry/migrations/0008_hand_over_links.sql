-- Links that open the set-up of one Microsoft account to somebody with the role in Entra ID, for a while (S3).
CREATE TABLE "registry"."hand_over_link" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"opened_at" timestamp (3) with time zone,
	CONSTRAINT "hand_over_link_token_key" UNIQUE("token_hash")
);
--> statement-breakpoint
ALTER TABLE "registry"."hand_over_link" ADD CONSTRAINT "hand_over_link_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "registry"."hand_over_link" ADD CONSTRAINT "hand_over_link_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "hand_over_link_account" ON "registry"."hand_over_link" USING btree ("account_id");
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "registry"."hand_over_link" TO jackfield_registry;
--> statement-breakpoint
ALTER TABLE "registry"."hand_over_link" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."hand_over_link" USING ("registry"."in_scope"("tenant_id"));
