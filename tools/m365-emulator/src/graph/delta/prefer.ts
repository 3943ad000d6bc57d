import type { FastifyReply } from 'fastify'

/** `Prefer: return=minimal` (RFC 7240 4.2); sets `Preference-Applied`. */
export function prefersMinimal(prefer: string | string[] | undefined, reply: FastifyReply): boolean {
  const isMinimal = String(prefer ?? '')
    .toLowerCase()
    .split(/[,;]/)
    .some((preference) => preference.replaceAll(' ', '') === 'return=minimal')
  if (isMinimal) reply.header('preference-applied', 'return=minimal')
  return isMinimal
}
