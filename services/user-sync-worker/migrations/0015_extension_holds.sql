CREATE TABLE "roster"."released_binding" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"phone_system_id" uuid NOT NULL,
	"extension" text NOT NULL,
	"released_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "released_binding_of_user" PRIMARY KEY("user_id","phone_system_id")
);
--> statement-breakpoint
ALTER TABLE "roster"."phone_user" ADD COLUMN "status_since" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "roster"."released_binding" ADD CONSTRAINT "released_binding_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."released_binding" ADD CONSTRAINT "released_binding_to_extension" FOREIGN KEY ("tenant_id","phone_system_id","extension") REFERENCES "roster"."extension"("tenant_id","phone_system_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "phone_user_gone" ON "roster"."phone_user" USING btree ("status_since") WHERE "roster"."phone_user"."status" <> 'active';
--> statement-breakpoint
ALTER TABLE "roster"."released_binding" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."released_binding" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
CREATE TRIGGER refuse_removed_tenant AFTER INSERT ON roster.released_binding REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION roster.refuse_removed_tenant();
--> statement-breakpoint
-- Statuses are written by several statements; since when one holds is kept in one place.
CREATE FUNCTION roster.keep_status_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_since := now();
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER keep_status_since BEFORE UPDATE ON roster.phone_user FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION roster.keep_status_since();
