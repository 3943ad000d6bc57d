import { Text } from '@fluentui/react-components'
import type { AccountReach, MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { ComponentProps, ReactNode } from 'react'
import { useAccountReach } from '../../api/microsoft-accounts.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Loading } from '../../components/loading.tsx'
import { people } from '../../domain/name-list.ts'

type Properties = Omit<ComponentProps<typeof ConfirmDialog>, 'isWaiting'> & {
  account: MicrosoftAccount
  /** What else may be chosen with the change. */
  choice?: ReactNode
}

/** Confirms a change that may stop the account's people from signing in; states their number first. */
export function ConfirmAccountChange({ account, children, choice, ...dialog }: Properties) {
  const { data: reach, error } = useAccountReach(account.tenantId, account.id, dialog.isOpen)
  return (
    <ConfirmDialog {...dialog} isWaiting={!reach && !error}>
      <Text as="p" block>
        {children}
      </Text>
      {reach ? <Reach reach={reach} /> : <Loading error={error} label="Counting the people affected" />}
      {choice}
    </ConfirmDialog>
  )
}

function Reach({ reach: { users, sso, bound } }: { reach: AccountReach }) {
  if (users === 0) return <Text as="p">Nobody has been imported with this account.</Text>
  return (
    <Text as="p">
      <strong>{people(sso)}</strong> {sso === 1 ? 'signs' : 'sign'} in with Microsoft through this account, of{' '}
      {people(users)} imported with it.{' '}
      {bound === 0
        ? 'None of them has an extension.'
        : `${people(bound)} ${bound === 1 ? 'has' : 'have'} an extension and keep it.`}
    </Text>
  )
}
