import { html } from '@jackfield/http-server/html'
import type { FastifyPluginAsync } from 'fastify'
import { explain } from './aadsts.ts'
import { layout } from './pages/layout.ts'

/** The page an `error_uri` points to: `/error?code=7000215`. */
export const errorLookup: FastifyPluginAsync = async (app) => {
  app.get<{ Querystring: { code?: string } }>('/error', async ({ query }, reply) => {
    const code = /^\d{1,9}$/.test(query.code ?? '') ? Number(query.code) : 0
    const { text } = explain({ code })
    return reply.type('text/html; charset=utf-8').send(layout('Error', html`<h1>Error code lookup</h1><p>${text}</p>`))
  })
}
