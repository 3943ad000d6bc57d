import {
  Button,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
} from '@fluentui/react-components'
import { AddRegular } from '@fluentui/react-icons'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { useNavigate } from 'react-router'
import { useAccounts } from '../../api/microsoft-accounts.ts'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { PageLink } from '../../components/links/page-link.tsx'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { AccountStatusBadge } from './account-status-badge.tsx'
import { ExpiryNote } from './expiry-note.tsx'

export function AccountListPage() {
  const tenantId = useRouteId('tenantId')
  const navigate = useNavigate()
  const { data: accounts, error } = useAccounts(tenantId)
  return (
    <>
      <PageHeading title="Microsoft 365">
        <Button appearance="primary" icon={<AddRegular />} onClick={() => navigate('new')}>
          Add account
        </Button>
      </PageHeading>
      <Section title="Microsoft 365 accounts">
        {!accounts && <Loading error={error} />}
        {accounts?.length === 0 && (
          <Text>
            No account is connected yet. Add one to import the users of a Microsoft 365 organisation and to let them
            sign in with Microsoft.
          </Text>
        )}
        {accounts && accounts.length > 0 && <AccountTable accounts={accounts} />}
      </Section>
    </>
  )
}

function AccountTable({ accounts }: { accounts: MicrosoftAccount[] }) {
  return (
    <Table aria-label="Microsoft 365 accounts">
      <TableHeader>
        <TableRow>
          {['Alias', 'Status', 'Directory (tenant) ID', 'Last tested', 'Client secret'].map((name) => (
            <TableHeaderCell key={name}>{name}</TableHeaderCell>
          ))}
        </TableRow>
      </TableHeader>
      <TableBody>
        {accounts.map((account) => (
          <TableRow key={account.id}>
            <TableCell>
              <PageLink to={account.id}>{account.alias}</PageLink>
            </TableCell>
            <TableCell>
              <AccountStatusBadge status={account.status} /> <StepNote account={account} />
            </TableCell>
            <TableCell>{account.directoryId}</TableCell>
            <TableCell>
              {account.lastVerifiedAt ? new Date(account.lastVerifiedAt).toLocaleString() : 'Never'}
            </TableCell>
            <TableCell>
              {account.credential ? <ExpiryNote expiresAt={account.credential.expiresAt} /> : 'None'}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

/** Shown while people who left the directory can still sign in (FC-34). */
function StepNote({ account: { warnings } }: { account: MicrosoftAccount }) {
  const since = warnings.find(({ code }) => code === 'not-in-step')?.since
  return since && <Text size={200}>Not in step since {new Date(since).toLocaleString()}</Text>
}
