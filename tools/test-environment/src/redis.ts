import { inject } from 'vitest'
import type {} from './global-setup.ts'

/**
 * URL of the test run's Redis; undefined on a laptop without one (a run under CI fails earlier). Test files share it:
 * each uses its own keys.
 */
export function testRedisUrl(): string | undefined {
  return inject('redisUrl') ?? undefined
}
