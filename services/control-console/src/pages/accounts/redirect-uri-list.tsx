import { Field, MessageBar, MessageBarBody, makeStyles, Radio, RadioGroup, Text, tokens } from '@fluentui/react-components'
import { type MicrosoftAccount, RedirectMode, RedirectPlatform, type RedirectUris } from '@jackfield/contract/microsoft-account'
import { type useChangeAccount, useRedirectUris } from '../../api/microsoft-accounts.ts'
import { RegistrationLink } from '../../components/admin-center-link.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { Loading } from '../../components/loading.tsx'

const useStyles = makeStyles({
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  item: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  uri: { fontFamily: tokens.fontFamilyMonospace, overflowWrap: 'anywhere' },
})

type Change = ReturnType<typeof useChangeAccount>

export function RedirectUriList({ account, change }: { account: MicrosoftAccount; change: Change | undefined }) {
  const { data, error } = useRedirectUris(account.tenantId, account.id)
  const platform = account.redirectPlatform === 'spa' ? 'Single-page application' : 'Web'
  return (
    <>
      {change && <RedirectChoices account={account} change={change} />}
      <Text block>
        On the registration's{' '}
        <RegistrationLink account={account} page="Authentication">
          Authentication page
        </RegistrationLink>{' '}
        add the platform <strong>{platform}</strong>, paste each address below as a redirect URI, and save.
      </Text>
      {!data && <Loading error={error} />}
      {data?.outdated ? <Difference {...data} /> : <UriList uris={data?.items.map(({ uri }) => uri) ?? []} label="Redirect URIs" />}
    </>
  )
}

/** Only what has changed since the last connection test: the others are in Entra ID already. */
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

function UriList({ uris, label }: { uris: readonly string[]; label: string }) {
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

function RedirectChoices({ account, change }: { account: MicrosoftAccount; change: Change }) {
  return (
    <>
      <Field label="Which redirect URIs">
        <RadioGroup
          value={account.redirectMode}
          disabled={change.isPending}
          onChange={(_, { value }) => change.mutate({ redirectMode: RedirectMode.parse(value) })}
        >
          <Radio value="single" label="One for the whole platform" />
          <Radio value="per-app" label="Two for each app: its shared host and your own host" />
        </RadioGroup>
      </Field>
      <Field label="Platform of the registration">
        <RadioGroup
          value={account.redirectPlatform}
          disabled={change.isPending}
          onChange={(_, { value }) => change.mutate({ redirectPlatform: RedirectPlatform.parse(value) })}
        >
          <Radio value="web" label="Web (recommended)" />
          <Radio value="spa" label="Single-page application" />
        </RadioGroup>
      </Field>
    </>
  )
}
