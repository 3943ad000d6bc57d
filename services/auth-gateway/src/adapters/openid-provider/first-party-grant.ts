import type { Grant, KoaContextWithOIDC } from 'oidc-provider'

/** Grants what an app asks for: all apps are the platform's own. One grant for each session and app. */
export async function loadFirstPartyGrant(ctx: KoaContextWithOIDC, resource: string): Promise<Grant | undefined> {
  const { client, session, account, provider, params } = ctx.oidc
  if (!client || !session || !account) return undefined
  const known = session.grantIdFor(client.clientId)
  const found = known ? await provider.Grant.find(known) : undefined
  const grant =
    found?.accountId === account.accountId
      ? found
      : new provider.Grant({ clientId: client.clientId, accountId: account.accountId })
  const scope = String(params?.scope ?? '')
  const missing = scope
    .split(' ')
    .some((each) => !grant.getResourceScopeEncountered(resource).split(' ').includes(each))
  if (!grant.jti || missing) {
    grant.addOIDCScope(scope)
    grant.addResourceScope(resource, scope)
    await grant.save()
  }
  return grant
}
