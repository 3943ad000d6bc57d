import { Button, Text } from '@fluentui/react-components'
import { useAccount, useChangeAccount, useConnectionTest } from '../../api/microsoft-accounts.ts'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { usePrincipal } from '../../components/require-session.tsx'
import { Section } from '../../components/section.tsx'
import { useRouteId } from '../../components/use-route-id.ts'
import { AccountIds } from './account-ids.tsx'
import { AccountStatusBadge } from './account-status-badge.tsx'
import { AccountWarnings } from './account-warnings.tsx'
import { ConnectionTest } from './connection-test.tsx'
import { HandOver } from './hand-over.tsx'
import { PermissionGuide } from './permission-guide.tsx'
import { RedirectUriList } from './redirect-uri-list.tsx'
import { SecretForm } from './secret-form.tsx'

/** One account: the rest of its set-up, step by step, and its state afterwards. */
export function AccountPage() {
  const tenantId = useRouteId('tenantId')
  const accountId = useRouteId('accountId')
  const { data, error } = useAccount(tenantId, accountId)
  const change = useChangeAccount(tenantId, accountId, data?.etag)
  const test = useConnectionTest(tenantId, accountId)
  const { role } = usePrincipal()
  if (!data) return <Loading error={error} />

  const account = data.value
  const isOff = account.status === 'disabled'
  // Does the part in Entra ID; what is set here stays the admins' to change.
  const isHolder = role === 'hand-over'
  return (
    <>
      <PageHeading title={account.alias}>
        <AccountStatusBadge status={account.status} />
        {!isHolder && (
          <Button disabled={change.isPending} onClick={() => change.mutate({ status: isOff ? 'draft' : 'disabled' })}>
            {isOff ? 'Enable account' : 'Disable account'}
          </Button>
        )}
      </PageHeading>
      {isOff && <Text block>Nobody signs in with this account and nothing is imported. Enable it, then test it again.</Text>}
      <ProblemNotice error={change.error} />
      {account.warnings.length > 0 && <AccountWarnings warnings={account.warnings} />}
      <Section title="Registration">
        <AccountIds account={account} change={isHolder ? undefined : change} />
      </Section>
      {role === 'admin' && (
        <Section title="Hand over">
          <HandOver account={account} />
        </Section>
      )}
      <Section title="Redirect URIs">
        <RedirectUriList account={account} change={isHolder ? undefined : change} />
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
