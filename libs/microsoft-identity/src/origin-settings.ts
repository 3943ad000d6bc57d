import { isLoopbackHost, Origin } from '@jackfield/configuration/settings'
import { MICROSOFT_HOSTS } from './clouds.ts'

/** Secrets and tokens go there, so only loopback (the emulator) or a cloud's own host is accepted (T-100). */
const MicrosoftOrigin = Origin.refine((origin) => {
  const { hostname } = new URL(origin)
  return isLoopbackHost(hostname) || MICROSOFT_HOSTS.has(hostname)
}, 'must be on loopback or a host of a Microsoft cloud')

/** Settings of a service that calls Microsoft; each of them by default a host of the account's cloud. */
export const MicrosoftOriginSettings = {
  MICROSOFT_LOGIN_URL: MicrosoftOrigin.optional(),
  MICROSOFT_GRAPH_URL: MicrosoftOrigin.optional(),
}
