-- One statement, so that the table is rewritten once.
ALTER TABLE "roster"."phone_user" ADD COLUMN "upn_hash" bigint GENERATED ALWAYS AS (hashtextextended(lower(user_principal_name), 0)) STORED,
	ADD COLUMN "upn_domain_hash" bigint GENERATED ALWAYS AS (hashtextextended(split_part(lower(user_principal_name), '@', 2), 0)) STORED,
	ADD COLUMN "mail_hash" bigint GENERATED ALWAYS AS (hashtextextended(lower(mail), 0)) STORED,
	ADD COLUMN "mail_domain_hash" bigint GENERATED ALWAYS AS (hashtextextended(split_part(lower(mail), '@', 2), 0)) STORED;--> statement-breakpoint
CREATE INDEX "phone_user_by_upn" ON "roster"."phone_user" USING btree ("upn_hash") WHERE sso and status = 'active';--> statement-breakpoint
CREATE INDEX "phone_user_by_upn_domain" ON "roster"."phone_user" USING btree ("upn_domain_hash","object_id") WHERE sso and status = 'active';--> statement-breakpoint
CREATE INDEX "phone_user_by_mail" ON "roster"."phone_user" USING btree ("mail_hash") WHERE sso and status = 'active';--> statement-breakpoint
CREATE INDEX "phone_user_by_mail_domain" ON "roster"."phone_user" USING btree ("mail_domain_hash","object_id") WHERE sso and status = 'active';
