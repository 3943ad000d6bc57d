import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { toString as drawQrCode } from 'qrcode'
import { z } from 'zod'
import { onSites, tenantSite } from '../sites/site-plugin.ts'

/** User codes as oidc-provider makes them: eight of twenty consonants, 34 bits (RFC 8628 6.1). */
const UserCode = z
  .string()
  .toUpperCase()
  .regex(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-?[BCDFGHJKLMNPQRSTVWXZ]{4}$/, 'must be a code such as WDJB-MJHT')

const schema = { querystring: z.object({ user_code: UserCode }) }

/** QR code of the address that a device shows beside its code. */
export const showDeviceQrCode: FastifyPluginAsyncZod = async (app) => {
  app.addHook('onRequest', onSites('tenant'))
  app.get('/auth/device/qr.svg', { schema }, async (request, reply) => {
    const address = `${tenantSite(request).origin}/auth/device?user_code=${request.query.user_code}`
    const picture = await drawQrCode(address, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 })
    return reply.type('image/svg+xml').header('cache-control', 'no-store').send(picture)
  })
}
