UPDATE "gateway"."signing_key" SET "use" = 'ES256' WHERE "use" = 'token';
