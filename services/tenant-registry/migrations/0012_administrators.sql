-- People who enter Control with Microsoft, by directory and object id.
CREATE TABLE "registry"."administrator" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"sign_in_tenant_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"role" text NOT NULL,
	"display_name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "registry"."administrator" ADD CONSTRAINT "administrator_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "registry"."administrator" ADD CONSTRAINT "administrator_sign_in_tenant_id_tenant_id_fk" FOREIGN KEY ("sign_in_tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "administrator_identity" ON "registry"."administrator" USING btree ("sign_in_tenant_id","directory_id","object_id");
--> statement-breakpoint
CREATE INDEX "administrator_tenant" ON "registry"."administrator" USING btree ("tenant_id");
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "registry"."administrator" TO jackfield_registry;
--> statement-breakpoint
ALTER TABLE "registry"."administrator" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."administrator" USING ("registry"."in_scope"("tenant_id"));
