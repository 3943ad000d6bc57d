import { expect, test } from 'vitest'
import { fairQueue } from '../src/fair-queue.ts'
import { fairSender } from '../src/fair-sender.ts'
import { fairSlots, inFairOrder } from '../src/fair-slots.ts'

const work = (tenant: string, endpoint = tenant) => ({ tenant, endpoint })

test('T-130 a lane takes no more than its slots, and gives them back once', () => {
  const slots = fairSlots(240, { endpoint: 8, tenant: 24 })
  const taken = Array.from({ length: 20 }, () => slots.take(work('a')))
  expect(taken.filter((release) => release !== undefined)).toHaveLength(8)
  for (const endpoint of ['b', 'c', 'd']) for (let count = 0; count < 9; count += 1) slots.take(work('a', endpoint))
  expect(slots.held('tenant', 'a')).toBe(24)
  taken[0]?.()
  taken[0]?.()
  expect(slots.held('tenant', 'a')).toBe(23)
  expect(slots.held('endpoint', 'a')).toBe(7)
})

test('T-130 a newcomer finds a slot however many tenants take all they can get', () => {
  for (const tenants of [1, 10, 50, 200]) {
    const slots = fairSlots(240, { endpoint: 8, tenant: 24 })
    for (let round = 0; round < 24; round += 1)
      for (let tenant = 0; tenant < tenants; tenant += 1) slots.take(work(`tenant-${tenant}`, `${tenant}-${round % 3}`))
    expect(slots.take(work('newcomer'))).toBeTypeOf('function')
  }
})

test('no slot is given once all are in use', () => {
  const slots = fairSlots(3, { tenant: 2 })
  for (const tenant of ['a', 'b', 'c']) expect(slots.take({ tenant })).toBeTypeOf('function')
  expect(slots.isFull()).toBe(true)
  expect(slots.take({ tenant: 'd' })).toBeUndefined()
})

test('T-130 the order is by turns: the tenant with least under way first, in a tenant the endpoint with least, then by age', () => {
  const slots = fairSlots(240, { endpoint: 8, tenant: 24 })
  slots.take(work('a', 'a1'))
  const waiting = ['a a1 1', 'a a1 2', 'a a2 3', 'b b1 4', 'b b1 5'].map((text) => {
    const [tenant = '', endpoint = '', age] = text.split(' ')
    return { tenant, endpoint, age }
  })
  expect(inFairOrder(waiting, slots).map(({ age }) => age)).toEqual(['4', '3', '5', '1', '2'])
})

/** An outbox in memory; what is delivered to a key of `held` is under way until the test lets it go. */
function givenOutbox(keys: string[]) {
  const due = keys.map((tenant, index) => ({ id: String(index), tenant }))
  const [delivered, errors, held] = [[] as string[], [] as unknown[], new Map<string, Array<() => void>>()]
  const send = fairSender({
    slots: fairSlots(100, { tenant: 2 }),
    listDue: async () => due,
    claim: async (ids) => ids.flatMap((id) => due.splice(due.findIndex((each) => each.id === id) >>> 0, 1)),
    idOf: ({ id }) => id,
    async deliver({ tenant }) {
      await new Promise<void>((resolve) => {
        const waiting = held.get(tenant)
        if (waiting) waiting.push(resolve)
        else setImmediate(resolve)
      })
      if (tenant === 'broken') throw new Error('broken')
      delivered.push(tenant)
      return true
    },
    onError: (error) => errors.push(error),
    pollMs: 10,
  })
  return { due, delivered, errors, held, send }
}

test('T-130 there are no rounds: a slot given back takes the next message while others hang', async () => {
  const outbox = givenOutbox([...Array(5).fill('hangs'), ...Array(20).fill('well')])
  outbox.held.set('hangs', [])
  const sent = outbox.send()
  await expect.poll(() => outbox.delivered).toEqual(Array(20).fill('well'))
  expect(outbox.held.get('hangs')).toHaveLength(2)
  outbox.due.push({ id: 'later', tenant: 'well' })
  await expect.poll(() => outbox.delivered).toHaveLength(21)
  const waiting = outbox.held.get('hangs') ?? []
  outbox.held.delete('hangs')
  for (const release of waiting) release()
  expect(await sent).toBe(26)
})

test('a failed delivery or claim ends no other one, and keeps no slot', async () => {
  const outbox = givenOutbox(['broken', 'broken', 'broken', 'well'])
  expect(await outbox.send()).toBe(1)
  expect(outbox.errors).toHaveLength(3)
  outbox.due.push(...['x', 'y'].map((id) => ({ id, tenant: 'broken' })))
  await outbox.send()
  expect(outbox.errors).toHaveLength(5)
})

test('a stopped sender starts no delivery and ends when those in flight have ended', async () => {
  const outbox = givenOutbox(['hangs', 'hangs', 'hangs', 'hangs'])
  outbox.held.set('hangs', [])
  const stopping = new AbortController()
  const sent = outbox.send(stopping.signal)
  await expect.poll(() => outbox.held.get('hangs')).toHaveLength(2)
  stopping.abort()
  for (const release of outbox.held.get('hangs') ?? []) release()
  expect(await sent).toBe(2)
  expect(outbox.due).toHaveLength(2)
})

test('T-130 who waits for a slot gets one that is given back, tenants by turns, and waits no longer than said', async () => {
  const queue = fairQueue(fairSlots(4, { tenant: 2 }), fairSlots(40, { tenant: 3 }), 1_000)
  const [, second] = await Promise.all(['a', 'b', 'c', 'd'].map((tenant) => queue.enter({ tenant })))
  const order: string[] = []
  const waiting = ['a', 'a', 'a', 'a', 'e'].map(async (tenant) => {
    const slot = await queue.enter({ tenant })
    order.push(slot ? tenant : `${tenant} refused`)
    return slot
  })
  await expect.poll(() => order).toEqual(['a refused']) // its places are taken
  second?.()
  await expect.poll(() => order, { timeout: 3_000 }).toHaveLength(5)
  expect(order.slice(0, 2)).toEqual(['a refused', 'e'])
  expect(order.slice(2)).toEqual(Array(3).fill('a refused'))
  await Promise.all(waiting)
})
