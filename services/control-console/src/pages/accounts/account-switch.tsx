import { Button, Checkbox, useRestoreFocusTarget } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { useState } from 'react'
import { useChangeAccount, type useConnectionTest } from '../../api/microsoft-accounts.ts'
import { ConfirmAccountChange } from './confirm-account-change.tsx'

type Properties = {
  account: MicrosoftAccount
  etag: string | undefined
  test: ReturnType<typeof useConnectionTest>
}

/**
 * Disables after a question that names who is affected, and ends their sessions if asked to, also later (FC-30); enables
 * by a passed connection test.
 */
export function AccountSwitch({ account, etag, test }: Properties) {
  const change = useChangeAccount(account.tenantId, account.id, etag)
  const restoreFocus = useRestoreFocusTarget()
  const [isAsking, setAsking] = useState(false)
  const [endsSessions, setEndsSessions] = useState(false)
  const isOff = account.status === 'disabled'
  const close = () => {
    change.reset()
    setAsking(false)
    setEndsSessions(false)
  }
  const disable = (endSessions: boolean) =>
    change.mutate({ status: 'disabled', ...(endSessions && { endSessions }) }, { onSuccess: close })
  const common = { account, isOpen: isAsking, isBusy: change.isPending, error: change.error, onClose: close }
  return (
    <>
      {isOff ? (
        <>
          <Button
            disabledFocusable={test.isPending || !account.credential}
            onClick={() => test.mutate({ enable: true })}
          >
            Test and enable account
          </Button>{' '}
          <Button {...restoreFocus} onClick={() => setAsking(true)}>
            End sessions
          </Button>
        </>
      ) : (
        <Button {...restoreFocus} onClick={() => setAsking(true)}>
          Disable account
        </Button>
      )}
      {isOff ? (
        <ConfirmAccountChange
          {...common}
          title={`End the sessions of ${account.alias}?`}
          confirmLabel="End sessions"
          onConfirm={() => disable(true)}
        >
          Everybody imported with this account is signed out of every app, browser and device. They cannot sign in with
          Microsoft until the account is enabled again.
        </ConfirmAccountChange>
      ) : (
        <ConfirmAccountChange
          {...common}
          title={`Disable ${account.alias}?`}
          confirmLabel="Disable account"
          onConfirm={() => disable(endsSessions)}
          choice={
            <Checkbox
              label="End their sessions now"
              checked={endsSessions}
              onChange={(_, { checked }) => setEndsSessions(checked === true)}
            />
          }
        >
          Nobody can sign in with this account until it is enabled again, and nothing is imported or updated: who is
          disabled in Microsoft 365 meanwhile is not disabled here. People who are signed in stay signed in until their
          session ends. Enabling it again takes a connection test that passes.
        </ConfirmAccountChange>
      )}
    </>
  )
}
