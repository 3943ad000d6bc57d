import { expect, test } from 'vitest'
import type { Operation } from './operations.ts'

/** An existing resource, its current entity tag and the change to request. */
export type Existing = { values: Record<string, string>; etag: string; body?: object | string; type?: string }

type World = {
  /** Creates a resource for each operation that changes one. */
  given: Readonly<Record<string, () => Promise<Existing>>>
  send(
    operation: Operation,
    existing: Existing,
    ifMatch?: string,
  ): Promise<{ status: number; body?: { code?: string } }>
  everything(): Promise<string>
  /** Statuses of a second change with the same version: 412, or 404 after a removal. */
  late(operation: Operation): readonly number[]
}

/**
 * Registers the tests of T-91 and AD-09 for each operation that changes a resource: `If-Match` is enforced, and one of
 * several concurrent changes wins.
 */
export function testVersionedChanges(changes: readonly Operation[], { given, send, everything, late }: World): void {
  const existingFor = async ({ id }: Operation): Promise<Existing> => {
    const existing = await given[id]?.()
    if (!existing) throw new Error(`The test has no resource for ${id}: give it one.`)
    return existing
  }

  test.each(changes)('T-91 $id documents If-Match and 412', ({ headers, statuses }) => {
    expect(headers).toContain('if-match')
    expect(statuses).toContain('412')
  })

  test.each(changes)(
    'T-91 AD-09 $id with a version other than the current one answers 412 and changes nothing',
    async (operation) => {
      const existing = await existingFor(operation)
      const before = await everything()
      for (const other of ['"0"', '"9999"', 'W/"1"', '1', 'nonsense', '']) {
        const { status, body } = await send(operation, existing, other)
        expect([other, status, body?.code]).toEqual([other, 412, 'version-conflict'])
      }
      expect(await everything()).toBe(before)
      expect((await send(operation, existing, `"0", ${existing.etag}`)).status).toBeLessThan(300)
    },
  )

  test.each(changes)('T-91 $id without If-Match, or with *, changes the current version', async (operation) => {
    for (const any of [undefined, '*']) {
      expect((await send(operation, await existingFor(operation), any)).status).toBeLessThan(300)
    }
  })

  test.each(changes)('AD-09 one of eight concurrent $id with the same version wins', async (operation) => {
    const existing = await existingFor(operation)
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(operation, existing, existing.etag)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status < 300)).toHaveLength(1)
    for (const status of statuses.filter((one) => one >= 300)) expect(late(operation)).toContain(status)
  })
}
