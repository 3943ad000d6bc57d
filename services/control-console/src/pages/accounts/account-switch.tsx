import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { useState } from 'react'
import { useChangeAccount, type useConnectionTest } from '../../api/microsoft-accounts.ts'
import { ConfirmAccountChange } from './confirm-account-change.tsx'

type Properties = {
  account: MicrosoftAccount
  etag: string | undefined
  test: ReturnType<typeof useConnectionTest>
}

/** Disables after a question that names who is affected; enables by a passed connection test. */
export function AccountSwitch({ account, etag, test }: Properties) {
  const change = useChangeAccount(account.tenantId, account.id, etag)
  const restoreFocus = useRestoreFocusTarget()
  const [isAsking, setAsking] = useState(false)
  const isOff = account.status === 'disabled'
  const close = () => {
    change.reset()
    setAsking(false)
  }
  return (
    <>
      {isOff ? (
        <Button disabledFocusable={test.isPending || !account.credential} onClick={() => test.mutate({ enable: true })}>
          Test and enable account
        </Button>
      ) : (
        <Button {...restoreFocus} onClick={() => setAsking(true)}>
          Disable account
        </Button>
      )}
      <ConfirmAccountChange
        account={account}
        isOpen={isAsking}
        title={`Disable ${account.alias}?`}
        confirmLabel="Disable account"
        isBusy={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate({ status: 'disabled' }, { onSuccess: close })}
        onClose={close}
      >
        Nobody can sign in with this account until it is enabled again, and nothing is imported or updated. People who
        are signed in stay signed in until their session ends. Enabling it again takes a connection test that passes.
      </ConfirmAccountChange>
    </>
  )
}
