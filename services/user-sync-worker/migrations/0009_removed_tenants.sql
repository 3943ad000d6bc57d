CREATE TABLE "roster"."removed_tenant" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"removed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "roster"."removed_tenant" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."removed_tenant" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
-- Everybody who adds rows of a tenant holds its lock in shared mode until the end of the transaction; who marks it as removed waits for
-- them, and whoever comes later sees the mark. So nothing is written behind the back of the erasure, by a worker that was late or a
-- request that was under way (AD-10). 40001: to be tried again, and then refused in words.
CREATE FUNCTION "roster"."lock_of_tenant"("tenant_id" uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT hashtextextended('roster.tenant:' || "tenant_id"::text, 0) $$;
--> statement-breakpoint
CREATE FUNCTION "roster"."refuse_removed_tenant"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(roster.lock_of_tenant(a.tenant_id)) FROM (SELECT DISTINCT tenant_id FROM added) a;
  IF EXISTS (SELECT FROM roster.removed_tenant r WHERE r.tenant_id IN (SELECT tenant_id FROM added)) THEN
    RAISE EXCEPTION 'the tenant was removed' USING ERRCODE = '40001';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['phone_user', 'phone_system', 'extension', 'binding', 'binding_rules', 'import_rules', 'sync_run',
    'sync_run_selection', 'sync_run_skipped_user', 'sync_run_met', 'staged_change', 'account_sync', 'subscription', 'webhook_endpoint',
    'webhook_message', 'directory_set_member', 'sync_run_set_member']
  LOOP
    EXECUTE format('CREATE TRIGGER refuse_removed_tenant AFTER INSERT ON roster.%I REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION roster.refuse_removed_tenant()', name);
  END LOOP;
END $$;
