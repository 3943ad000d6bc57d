import type { FastifyReply } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { explain, type Refusal } from '../errors/aadsts.ts'
import { correlationIdOf, newTrace } from '../errors/refusal.ts'
import { Html, html } from './html.ts'
import { layout } from './layout.ts'

/**
 * Stays with Microsoft: the application never hears of it, and the administrator must read the number here. As at
 * Microsoft the status is 200, `$Config` holds the facts and a script draws them.
 */
export function refuseOnPage(reply: FastifyReply, cloud: Cloud, refusal: Refusal, wayOut?: Html) {
  const { code, text } = explain(refusal)
  const { traceId, correlationId, timestamp } = newTrace(cloud.clock.date(), correlationIdOf(reply.request))
  const config = {
    strServiceExceptionMessage: text,
    sessionId: traceId,
    correlationId,
    sErrorCode: String(code),
    timestamp,
  }
  const body = html`<h1>Sorry, but we’re having trouble signing you in.</h1>
<p role="alert" data-config="strServiceExceptionMessage"></p>
${wayOut}
<h2>Troubleshooting details</h2>
<dl>
<dt>Request Id</dt><dd data-config="sessionId"></dd>
<dt>Correlation Id</dt><dd data-config="correlationId"></dd>
<dt>Timestamp</dt><dd data-config="timestamp"></dd>
<dt>Message</dt><dd>AADSTS<span data-config="sErrorCode"></span></dd>
</dl>
${new Html(`<script>//<![CDATA[
$Config=${JSON.stringify(config).replace(/</g, '\\u003c')};
//]]>
for (const place of document.querySelectorAll('[data-config]')) place.textContent = $Config[place.dataset.config]
</script>`)}`
  return reply
    .type('text/html; charset=utf-8')
    .header('x-ms-request-id', traceId)
    .send(layout('Error', body, html`<meta name="PageID" content="ConvergedError">`))
}
