-- Whose rows a statement adds is found once in each trigger: looking again at each of a page's people cost as much as an index of them.
CREATE OR REPLACE FUNCTION "roster"."refuse_removed_tenant"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  tenants uuid[] := ARRAY(SELECT DISTINCT a.tenant_id FROM added a);
BEGIN
  PERFORM pg_advisory_xact_lock_shared(roster.lock_of_tenant(t)) FROM unnest(tenants) t;
  IF EXISTS (SELECT FROM roster.removed_tenant r WHERE r.tenant_id = ANY (tenants)) THEN
    RAISE EXCEPTION 'the tenant was removed' USING ERRCODE = '40001';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "roster"."tell_of_new_users"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  tenants uuid[] := ARRAY(SELECT DISTINCT a.tenant_id FROM added a);
BEGIN
  IF NOT EXISTS (SELECT FROM roster.webhook_endpoint e WHERE e.tenant_id = ANY (tenants)) THEN RETURN NULL; END IF;
  PERFORM roster.tell(u.tenant_id, u.id, 'user.created', roster.told_person(ROW(u.*)::roster.phone_user)) FROM added u;
  RETURN NULL;
END $$;
