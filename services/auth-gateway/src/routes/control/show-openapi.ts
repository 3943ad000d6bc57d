import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'

const FILE = fileURLToPath(import.meta.resolve('@jackfield/contract/openapi.json'))
/** Placeholder in the committed document, replaced by the Control origin. */
const ORIGIN = 'https://control.phone.example'

/** The admin API's description: public, and available while the services behind are away. */
export const showOpenapi: FastifyPluginAsync<{ origin: string }> = async (app, { origin }) => {
  const body = Buffer.from(JSON.stringify(JSON.parse(readFileSync(FILE, 'utf8'))).replaceAll(ORIGIN, origin))
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  app.get('/api/v1/openapi.json', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-cache', etag })
    if (request.headers['if-none-match'] === etag) return reply.status(304).send()
    return reply.type('application/json; charset=utf-8').send(body)
  })
}
