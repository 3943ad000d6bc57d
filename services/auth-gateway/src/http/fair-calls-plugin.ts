import { fairQueue } from '@jackfield/http-server/fair-queue'
import { fairSlots } from '@jackfield/http-server/fair-slots'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { CALLS, callerOf, OWN_CALLS } from '../domain/admin-api.ts'
import { refuse } from '../errors.ts'

/** Limits concurrent calls that the gateway answers itself, per caller, so that one caller does not delay others (T-130). */
export const fairCallsPlugin = plugin(async (app) => {
  const slots = fairSlots(OWN_CALLS.atOnce, { caller: OWN_CALLS.ofCaller })
  const queue = fairQueue(slots, fairSlots(OWN_CALLS.waiting, { caller: OWN_CALLS.waitingOfCaller }), CALLS.waitMs)
  const held = new WeakMap<FastifyRequest, () => void>()
  app.addHook('onRequest', async (request) => {
    const release = await queue.enter({ caller: callerOf(request.principal) })
    if (!release) throw refuse(slots.isFull() ? 'temporarily-unavailable' : 'too-many-calls', { retryAfter: 2 })
    held.set(request, release)
  })
  // When the work is done: a client that has gone earlier gives nothing back.
  app.addHook('onSend', async (request) => {
    held.get(request)?.()
    held.delete(request)
  })
})
