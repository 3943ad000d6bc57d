import { MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components'
import { useAccount, useConnectionTest } from '../../api/microsoft-accounts.ts'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { usePrincipal } from '../../components/page-frame/require-session.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { AccountIds } from './account-ids.tsx'
import { AccountStatusBadge } from './account-status-badge.tsx'
import { AccountSwitch } from './account-switch.tsx'
import { AccountWarnings } from './account-warnings.tsx'
import { ConnectionTest } from './connection-test/connection-test.tsx'
import { HandOver } from './hand-over.tsx'
import { PermissionGuide } from './permission-guide.tsx'
import { RedirectSection } from './redirect-uris/redirect-section.tsx'
import { SecretForm } from './secret-form.tsx'

const useStyles = makeStyles({ off: { marginBottom: tokens.spacingVerticalL } })

/** One account: the remaining steps of its set-up, and its state. */
export function AccountPage() {
  const tenantId = useRouteId('tenantId')
  const accountId = useRouteId('accountId')
  const { data, error } = useAccount(tenantId, accountId)
  const test = useConnectionTest(tenantId, accountId)
  const { role } = usePrincipal()
  if (!data) return <Loading error={error} />

  const account = data.value
  const isOff = account.status === 'disabled'
  // The holder of a hand-over link works in Entra ID and cannot change settings here.
  const isHolder = role === 'hand-over'
  return (
    <>
      <PageHeading title={account.alias}>
        <AccountStatusBadge status={account.status} />
        {!isHolder && <AccountSwitch account={account} etag={data.etag} test={test} />}
      </PageHeading>
      {isOff && (
        <Off
          isTesting={test.isPending}
          hasFailed={test.data?.ok === false}
          hasCredential={account.credential !== null}
        />
      )}
      <ProblemNotice error={isOff && test.error} />
      {account.warnings.length > 0 && <AccountWarnings warnings={account.warnings} />}
      <Section title="Registration">
        <AccountIds account={account} etag={data.etag} mayChange={!isHolder} />
      </Section>
      {role === 'admin' && (
        <Section title="Hand over">
          <HandOver account={account} />
        </Section>
      )}
      <Section title="Redirect URIs">
        <RedirectSection account={account} etag={data.etag} test={test} mayChange={!isHolder} />
      </Section>
      <Section title="API permission">
        <PermissionGuide account={account} />
      </Section>
      <Section title="Client secret">
        <SecretForm account={account} test={test} />
      </Section>
      <Section title="Connection test">
        <ConnectionTest account={account} test={test} />
      </Section>
    </>
  )
}

function Off({
  isTesting,
  hasFailed,
  hasCredential,
}: {
  isTesting: boolean
  hasFailed: boolean
  hasCredential: boolean
}) {
  const styles = useStyles()
  return (
    <div role="status" className={styles.off}>
      <MessageBar intent={hasFailed && !isTesting ? 'error' : 'warning'} layout="multiline">
        <MessageBarBody>
          {isTesting && 'Testing the connection. “Test and enable account” enables the account if the test passes.'}
          {!isTesting &&
            hasFailed &&
            'The connection test is red, so the account stays disabled. The failed checks are below, under Connection test.'}
          {!isTesting && !hasFailed && 'Nobody signs in with this account and nothing is imported. '}
          {!isTesting && !hasCredential && 'It needs a client secret before it can be tested and enabled.'}
        </MessageBarBody>
      </MessageBar>
    </div>
  )
}
