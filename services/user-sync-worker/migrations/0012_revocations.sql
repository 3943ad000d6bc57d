CREATE TABLE "roster"."revocation" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"valid_after" timestamp (3) with time zone NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "revocation_of_user" PRIMARY KEY("tenant_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "roster"."revocation" ADD CONSTRAINT "revocation_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "revocation_due" ON "roster"."revocation" USING btree ("not_before");--> statement-breakpoint
ALTER TABLE "roster"."revocation" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."revocation" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
-- Whatever ends somebody's sessions, the gateway learns of it: no writer can forget to say so.
CREATE FUNCTION "roster"."note_revocations"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO roster.revocation (tenant_id, user_id, valid_after)
  SELECT u.tenant_id, u.id, u.sessions_valid_after FROM replaced o JOIN added u ON u.id = o.id
  WHERE u.sessions_valid_after IS DISTINCT FROM o.sessions_valid_after AND u.sessions_valid_after IS NOT NULL
  ORDER BY u.id
  ON CONFLICT (tenant_id, user_id) DO UPDATE SET valid_after = excluded.valid_after, not_before = now();
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "note_revocations" AFTER UPDATE ON "roster"."phone_user" REFERENCING OLD TABLE AS replaced NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "roster"."note_revocations"();
