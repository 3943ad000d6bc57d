import { type Html, html } from '@jackfield/http-server/html'
import type { FastifyReply } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { explain, type Refusal } from '../aadsts.ts'
import { newTrace } from '../refusal.ts'
import { layout } from './layout.ts'

/** Stays with Microsoft: the application never hears of it, and whoever set it up must read the number here. */
export function refuseOnPage(reply: FastifyReply, cloud: Cloud, refusal: Refusal, wayOut?: Html) {
  const { code, text } = explain(refusal)
  const { traceId, correlationId, timestamp } = newTrace(cloud.clock.date())
  const body = html`<h1>Sorry, but we’re having trouble signing you in.</h1>
<p role="alert">${text}</p>
${wayOut}
<h2>Troubleshooting details</h2>
<dl>
<dt>Request Id</dt><dd>${traceId}</dd>
<dt>Correlation Id</dt><dd id="correlation-id">${correlationId}</dd>
<dt>Timestamp</dt><dd>${timestamp}</dd>
<dt>Message</dt><dd id="error-code">AADSTS${code}</dd>
</dl>`
  return reply.code(400).type('text/html; charset=utf-8').header('x-ms-request-id', traceId).send(layout('Error', body))
}
