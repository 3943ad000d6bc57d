CREATE TABLE "roster"."webhook_endpoint" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"url" text NOT NULL,
	"event_types" text[],
	"sealed_secret" "bytea" NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"last_error" text,
	"last_delivered_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_endpoint_of_tenant" UNIQUE("tenant_id","id"),
	CONSTRAINT "webhook_endpoint_status" CHECK ("roster"."webhook_endpoint"."status" in ('active', 'parked'))
);
--> statement-breakpoint
CREATE TABLE "roster"."webhook_message" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "roster"."webhook_message_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"tenant_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "roster"."webhook_message" ADD CONSTRAINT "webhook_message_endpoint" FOREIGN KEY ("tenant_id","endpoint_id") REFERENCES "roster"."webhook_endpoint"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_message_waiting" ON "roster"."webhook_message" USING btree ("endpoint_id","user_id","seq") WHERE "roster"."webhook_message"."delivered_at" is null;--> statement-breakpoint
CREATE INDEX "webhook_message_age" ON "roster"."webhook_message" USING btree ("created_at");--> statement-breakpoint
-- The outbox is written by triggers: no way to change a user or a binding forgets it, and a tenant without endpoints pays one look.
CREATE FUNCTION roster.tell(for_tenant uuid, about_user uuid, event_type text, data jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO roster.webhook_message (tenant_id, endpoint_id, user_id, payload)
  SELECT for_tenant, e.id, about_user, jsonb_build_object('type', event_type,
    'timestamp', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'data', data)
  FROM roster.webhook_endpoint e
  WHERE e.tenant_id = for_tenant AND (e.event_types IS NULL OR event_type = ANY (e.event_types))
$$;
--> statement-breakpoint
CREATE FUNCTION roster.tell_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person jsonb := jsonb_build_object('id', NEW.id, 'tenantId', NEW.tenant_id, 'directoryId', NEW.directory_id, 'objectId', NEW.object_id,
    'displayName', NEW.display_name, 'givenName', NEW.given_name, 'surname', NEW.surname, 'userPrincipalName', NEW.user_principal_name,
    'mail', NEW.mail, 'businessPhones', NEW.business_phones, 'mobilePhone', NEW.mobile_phone, 'jobTitle', NEW.job_title,
    'department', NEW.department, 'status', NEW.status, 'sync', NEW.sync, 'sso', NEW.sso);
BEGIN
  IF NOT EXISTS (SELECT FROM roster.webhook_endpoint WHERE tenant_id = NEW.tenant_id) THEN RETURN NULL; END IF;
  IF TG_OP = 'INSERT' THEN
    PERFORM roster.tell(NEW.tenant_id, NEW.id, 'user.created', person);
    RETURN NULL;
  END IF;
  IF OLD.status <> NEW.status THEN
    PERFORM roster.tell(NEW.tenant_id, NEW.id, CASE NEW.status WHEN 'active' THEN 'user.enabled' ELSE 'user.' || NEW.status END, person);
  END IF;
  IF (OLD.display_name, OLD.given_name, OLD.surname, OLD.user_principal_name, OLD.mail, OLD.business_phones, OLD.mobile_phone, OLD.job_title,
      OLD.department, OLD.sync, OLD.sso)
    IS DISTINCT FROM (NEW.display_name, NEW.given_name, NEW.surname, NEW.user_principal_name, NEW.mail, NEW.business_phones,
      NEW.mobile_phone, NEW.job_title, NEW.department, NEW.sync, NEW.sso) THEN
    PERFORM roster.tell(NEW.tenant_id, NEW.id, 'user.updated', person);
  END IF;
  IF OLD.sessions_valid_after IS DISTINCT FROM NEW.sessions_valid_after THEN
    PERFORM roster.tell(NEW.tenant_id, NEW.id, 'user.sessions-revoked', person);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION roster.tell_of_binding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM roster.tell(OLD.tenant_id, OLD.user_id, 'binding.deleted',
      jsonb_build_object('userId', OLD.user_id, 'phoneSystemId', OLD.phone_system_id, 'extension', OLD.extension));
  ELSE
    PERFORM roster.tell(NEW.tenant_id, NEW.user_id, CASE TG_OP WHEN 'INSERT' THEN 'binding.created' ELSE 'binding.changed' END,
      jsonb_build_object('userId', NEW.user_id, 'phoneSystemId', NEW.phone_system_id, 'extension', NEW.extension)
        || CASE TG_OP WHEN 'UPDATE' THEN jsonb_build_object('previousExtension', OLD.extension) ELSE '{}' END);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER tell_of_user AFTER INSERT OR UPDATE ON roster.phone_user FOR EACH ROW EXECUTE FUNCTION roster.tell_of_user();
--> statement-breakpoint
CREATE TRIGGER tell_of_binding AFTER INSERT OR UPDATE OR DELETE ON roster.binding FOR EACH ROW EXECUTE FUNCTION roster.tell_of_binding();
