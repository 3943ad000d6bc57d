import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import type { FaultEffect } from './fault.ts'

/** What is sent of a body that breaks off: the first half, and for `cut` the connection ends there. */
export function spoilBody(effect: FaultEffect | undefined, reply: FastifyReply, body: string): string | Readable {
  if (effect?.kind !== 'cut' && effect?.kind !== 'malformed') return body
  const half = body.slice(0, Math.max(1, Math.floor(body.length / 2)))
  if (effect.kind === 'malformed') return half
  reply.removeHeader('content-length')
  return Readable.from(cutShort(half))
}

async function* cutShort(half: string) {
  yield half
  // The reader gets what was sent so far before the connection breaks.
  await wait(20)
  throw new Error('cut as planned')
}
