/** The part that ioredis's clients and BullMQ's have in common. */
type Writer = { set(key: string, value: string): Promise<unknown> }

/**
 * Writes one key. A replica, a full Redis, one that cannot save or lacks its replicas answers a PING, but refuses this.
 *
 * @throws what Redis or its connection refuses with
 */
export async function proveWrite(redis: Writer, prefix: string): Promise<void> {
  await redis.set(`${prefix}:write-proof`, '1')
}
