import { isLoopbackHost, Origin } from '@jackfield/configuration/settings'
import { MICROSOFT_HOSTS } from './clouds.ts'

/**
 * Setting MICROSOFT_LOGIN_URL or MICROSOFT_GRAPH_URL: secrets and tokens go there, so only loopback (the emulator) or a
 * cloud's own host (T-100).
 */
export const MicrosoftOrigin = Origin.refine((origin) => {
  const { hostname } = new URL(origin)
  return isLoopbackHost(hostname) || MICROSOFT_HOSTS.has(hostname)
}, 'must be on loopback or a host of a Microsoft cloud')
