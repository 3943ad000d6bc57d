import type { Sender } from './send.ts'

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
const TIMESTAMP = /\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?Z?/g
/** Members whose text belongs to a person or is a credential: only that they were there is kept. */
const PRIVATE =
  /token$|^(displayName|givenName|surname|mail|userPrincipalName|mobilePhone|jobTitle|officeLocation|businessPhones|preferredLanguage|@odata\.nextLink|@odata\.deltaLink)$/

/** An answer that can be published: ids, times, tokens and people's data are placeholders, the rest is as it came. */
export function redact(value: unknown, sender: Sender): unknown {
  if (typeof value === 'string') return redactText(value, sender)
  if (Array.isArray(value)) return value.map((item) => redact(item, sender))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      PRIVATE.test(name) && member !== null && member !== undefined ? '{any}' : redact(member, sender),
    ]),
  )
}

function redactText(text: string, { tenant, app, secret, login, graph }: Sender): string {
  return text
    .replaceAll(secret, '{secret}')
    .replaceAll(login, '{login}')
    .replaceAll(graph, '{graph}')
    .replaceAll(new RegExp(RegExp.escape(tenant), 'gi'), '{tenant}')
    .replaceAll(new RegExp(RegExp.escape(app), 'gi'), '{app}')
    .replace(GUID, '{guid}')
    .replace(TIMESTAMP, '{timestamp}')
}
