import type { Cloud } from '@jackfield/contract/microsoft-account'

/** Where a cloud's Entra ID and Graph are: origins without path. */
export type MicrosoftOrigins = {
  login: string
  graph: string
  /** Graph's name as a resource in scopes: the cloud's own, wherever its requests go. */
  graphResource: string
}

const CLOUDS: Readonly<Record<Cloud, Omit<MicrosoftOrigins, 'graphResource'>>> = {
  global: { login: 'https://login.microsoftonline.com', graph: 'https://graph.microsoft.com' },
  'us-gov': { login: 'https://login.microsoftonline.us', graph: 'https://graph.microsoft.us' },
  'us-gov-dod': { login: 'https://login.microsoftonline.us', graph: 'https://dod-graph.microsoft.us' },
  china: { login: 'https://login.partner.microsoftonline.cn', graph: 'https://microsoftgraph.chinacloudapi.cn' },
}

/** MICROSOFT_LOGIN_URL and MICROSOFT_GRAPH_URL: origins that stand for every cloud's own, for the emulator. */
export type OriginOverrides = { MICROSOFT_LOGIN_URL?: string | undefined; MICROSOFT_GRAPH_URL?: string | undefined }

/** The fixed hosts of a cloud, or what the operator put in their place. Nothing a tenant enters ever names a host (T-100). */
export function microsoftOrigins(cloud: Cloud, overrides: OriginOverrides): MicrosoftOrigins {
  const { login, graph } = CLOUDS[cloud]
  return { login: overrides.MICROSOFT_LOGIN_URL ?? login, graph: overrides.MICROSOFT_GRAPH_URL ?? graph, graphResource: graph }
}
