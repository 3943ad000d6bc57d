ALTER TABLE "gateway"."short_lived_record" ADD COLUMN "tenant_list" text;--> statement-breakpoint
ALTER TABLE "gateway"."short_lived_record" ADD COLUMN "person_list" text;--> statement-breakpoint
ALTER TABLE "gateway"."short_lived_record" ADD COLUMN "listed_as" uuid;--> statement-breakpoint
ALTER TABLE "gateway"."short_lived_record" ADD COLUMN "list_group" text;--> statement-breakpoint
CREATE INDEX "short_lived_record_tenant_list" ON "gateway"."short_lived_record" USING btree ("tenant_list","listed_as") WHERE "gateway"."short_lived_record"."tenant_list" is not null;--> statement-breakpoint
CREATE INDEX "short_lived_record_person_list" ON "gateway"."short_lived_record" USING btree ("person_list","listed_as") WHERE "gateway"."short_lived_record"."person_list" is not null;--> statement-breakpoint
CREATE INDEX "short_lived_record_list_group" ON "gateway"."short_lived_record" USING btree ("list_group") WHERE "gateway"."short_lived_record"."list_group" is not null;