import { Cloud, type MicrosoftCloud } from '@jackfield/contract/microsoft/microsoft-cloud'

// Everything that differs between Microsoft's clouds. A new cloud, or an address that moves, is a change of this file
// alone.

type CloudFacts = {
  /** What people call the cloud, and search for. */
  name: string
  /** Origins of Entra ID, Microsoft Graph and the Entra admin center. */
  login: string
  graph: string
  adminCenter: string
  /** Its name in `az cloud set --name`. */
  azureCli: string
  /** Its name in `Connect-MgGraph -Environment`. */
  graphPowerShell: string
  /** Domains by which AADSTS90038 names the cloud a directory is in. */
  domains: readonly string[]
}

export const CLOUDS: Readonly<Record<Cloud, CloudFacts>> = {
  global: {
    name: 'Microsoft 365 (worldwide and GCC)',
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    adminCenter: 'https://entra.microsoft.com',
    azureCli: 'AzureCloud',
    graphPowerShell: 'Global',
    domains: ['microsoftonline.com'],
  },
  'us-gov': {
    name: 'Microsoft 365 GCC High',
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    adminCenter: 'https://entra.microsoft.us',
    azureCli: 'AzureUSGovernment',
    graphPowerShell: 'USGov',
    domains: ['microsoftonline.us'],
  },
  'us-gov-dod': {
    name: 'Microsoft 365 DoD',
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    adminCenter: 'https://entra.microsoft.us',
    azureCli: 'AzureUSGovernment',
    graphPowerShell: 'USGovDoD',
    // Entra ID does not tell it from GCC High.
    domains: [],
  },
  china: {
    name: 'Microsoft 365 operated by 21Vianet (China)',
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    adminCenter: 'https://entra.microsoftonline.cn',
    azureCli: 'AzureChinaCloud',
    graphPowerShell: 'China',
    domains: ['microsoftonline.cn', 'partner.microsoftonline.cn', 'chinacloudapi.cn'],
  },
}

/** Where a cloud's Entra ID and Graph are: origins without path. */
export type MicrosoftOrigins = {
  login: string
  graph: string
  /** Graph's name as a resource in scopes: the cloud's own, wherever its requests go. */
  graphResource: string
  /** The emulator's practice admin center when the emulator replaces Entra ID. */
  adminCenter: string
}

/** MICROSOFT_LOGIN_URL and MICROSOFT_GRAPH_URL: origins that replace every cloud's own, for the emulator. */
export type OriginOverrides = { MICROSOFT_LOGIN_URL?: string | undefined; MICROSOFT_GRAPH_URL?: string | undefined }

/**
 * The fixed hosts of a cloud, or what the operator put in their place. Nothing a tenant enters ever names a host
 * (T-100).
 */
export function microsoftOrigins(
  cloud: Cloud,
  { MICROSOFT_LOGIN_URL, MICROSOFT_GRAPH_URL }: OriginOverrides,
): MicrosoftOrigins {
  const { login, graph, adminCenter } = CLOUDS[cloud]
  return {
    login: MICROSOFT_LOGIN_URL ?? login,
    graph: MICROSOFT_GRAPH_URL ?? graph,
    graphResource: graph,
    adminCenter: MICROSOFT_LOGIN_URL ?? adminCenter,
  }
}

/** Hosts of Entra ID and Graph in all clouds. */
export const MICROSOFT_HOSTS: ReadonlySet<string> = new Set(
  Object.values(CLOUDS).flatMap(({ login, graph }) => [new URL(login).hostname, new URL(graph).hostname]),
)

/** The clouds an admin chooses from. */
export function microsoftClouds(overrides: OriginOverrides): MicrosoftCloud[] {
  return Cloud.options.map((id) => ({
    id,
    name: CLOUDS[id].name,
    adminCenterUrl: microsoftOrigins(id, overrides).adminCenter,
  }))
}

/** The cloud that a domain of Microsoft's sign-in belongs to; undefined when no cloud has it. */
export function cloudOfDomain(domain: string): Cloud | undefined {
  return Cloud.options.find((id) => CLOUDS[id].domains.includes(domain.toLowerCase()))
}
