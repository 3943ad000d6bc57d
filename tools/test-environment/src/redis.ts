import { inject } from 'vitest'
import type {} from './global-setup.ts'

/**
 * The run's Redis, or undefined on a laptop that has none (under CI the run fails before). Keep to keys of your own.
 */
export function testRedisUrl(): string | undefined {
  return inject('redisUrl') ?? undefined
}
