import { MessageBar, MessageBarBody, makeStyles, Text, tokens } from '@fluentui/react-components'
import type { MicrosoftAccount, RedirectUris } from '@jackfield/contract/microsoft/microsoft-account'
import { useRedirectUris } from '../../../api/microsoft-accounts.ts'
import { CopyButton } from '../../../components/copy-button.tsx'
import { RegistrationLink } from '../../../components/links/admin-center-link.tsx'
import { Loading } from '../../../components/loading.tsx'

const useStyles = makeStyles({
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  item: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  uri: { fontFamily: tokens.fontFamilyMonospace, overflowWrap: 'anywhere' },
})

export const PLATFORMS = { web: 'Web', spa: 'Single-page application' } as const

/** The redirect URIs of the saved settings. */
export function RedirectUriList({ account }: { account: MicrosoftAccount }) {
  const { data, error } = useRedirectUris(account.tenantId, account.id)
  return (
    <>
      <Text block>
        On the registration's{' '}
        <RegistrationLink account={account} page="Authentication">
          Authentication page
        </RegistrationLink>{' '}
        add the platform <strong>{PLATFORMS[account.redirectPlatform]}</strong>, paste each address below as a redirect
        URI, and save.
      </Text>
      {!data && <Loading error={error} />}
      {data?.outdated ? (
        <Difference {...data} />
      ) : (
        <UriList uris={data?.items.map(({ uri }) => uri) ?? []} label="Redirect URIs" />
      )}
    </>
  )
}

/** Only changes since the last connection test: the other URIs are in Entra ID already. */
function Difference({ items, missing, obsolete }: RedirectUris) {
  const kept = items.length - missing.length
  return (
    <>
      <MessageBar intent="warning">
        <MessageBarBody>
          The addresses have changed since the last connection test. Change these in Entra ID, and test again
          {kept > 0 ? `; the other ${kept} stay as they are` : ''}.
        </MessageBarBody>
      </MessageBar>
      {missing.length > 0 && (
        <>
          <Text block>Add:</Text>
          <UriList uris={missing.map(({ uri }) => uri)} label="Redirect URIs to add" />
        </>
      )}
      {obsolete.length > 0 && (
        <>
          <Text block>Remove, for they are this tenant's no more:</Text>
          <UriList uris={obsolete} label="Redirect URIs to remove" />
        </>
      )}
    </>
  )
}

export function UriList({ uris, label }: { uris: readonly string[]; label: string }) {
  const styles = useStyles()
  return (
    <>
      <ul className={styles.list} aria-label={label}>
        {uris.map((uri) => (
          <li key={uri} className={styles.item}>
            <span className={styles.uri}>{uri}</span>
            <CopyButton text={uri} label={`Copy ${uri}`} />
          </li>
        ))}
      </ul>
      <div>
        <CopyButton text={uris.join('\n')} label={`Copy all ${label.replace('Redirect', 'redirect')}`} showLabel />
      </div>
    </>
  )
}
