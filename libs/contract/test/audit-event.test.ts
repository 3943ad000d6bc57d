import { expect, test } from 'vitest'
import { fitAuditEvent, NewAuditEvent } from '../src/access/audit-event.ts'

const event = { tenantId: null, actor: 'admin', action: 'sign-in', outcome: 'success' as const }

test('T-137 FC-45 an event with texts of any length and form fits the schema of the registry', () => {
  const long = `a\0\ud800${'x'.repeat(1_000)}`
  const fitted = fitAuditEvent({
    ...event,
    actor: long,
    action: long,
    target: long,
    requestId: long,
    details: { reason: long },
  })
  expect(NewAuditEvent.safeParse(fitted).success).toBe(true)
  for (const text of [fitted.actor, fitted.action, fitted.target, fitted.requestId, fitted.details?.reason]) {
    expect(text).toMatch(/^a\uFFFDx+$/)
  }
})

test('T-137 an event that fits stays as it is', () => {
  const whole = { ...event, target: '', requestId: null, details: { reason: 'é' } }
  expect(fitAuditEvent(whole)).toEqual(whole)
})
