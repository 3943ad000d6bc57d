ALTER TABLE "gateway"."short_lived_record" SET LOGGED;
