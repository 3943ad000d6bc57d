import {
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  Text,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { Verification } from '@jackfield/contract/microsoft/verification'
import { useState } from 'react'
import { useRedirectUris, type useSwitchRedirects } from '../../../api/microsoft-accounts.ts'
import { RegistrationLink } from '../../../components/links/admin-center-link.tsx'
import { Loading } from '../../../components/loading.tsx'
import { ProblemNotice } from '../../../components/problem-notice.tsx'
import type { RedirectProposal } from '../../../domain/redirect-proposal.ts'
import { ConfirmAccountChange } from '../confirm-account-change.tsx'
import { CheckList } from '../connection-test/check-list.tsx'
import { PLATFORMS, UriList } from './redirect-uri-list.tsx'

const useStyles = makeStyles({ actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM } })

type Properties = {
  account: MicrosoftAccount
  proposal: RedirectProposal
  change: ReturnType<typeof useSwitchRedirects>
  /** A running connection test changes the account's version, so saving now would fail. */
  isTesting: boolean
  onSave: (isTested: boolean) => void
  onDiscard: () => void
}

/** Steps from a choice to saving it: the URIs to register, the test of the choice, the switch once it passes. */
export function RedirectSwitch({ account, proposal, change, isTesting, onSave, onDiscard }: Properties) {
  const styles = useStyles()
  const [isForcing, setForcing] = useState(false)
  const red = change.isPending ? undefined : change.data
  return (
    <>
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>Chosen, but not saved.</MessageBarTitle>{' '}
          {account.enabled
            ? 'People sign in as before until this choice has passed its test.'
            : 'Nobody signs in with this account yet, so it is saved without a test.'}
        </MessageBarBody>
      </MessageBar>
      <Needed account={account} proposal={proposal} />
      <div className={styles.actions}>
        <Button
          appearance="primary"
          disabledFocusable={change.isPending || isTesting}
          onClick={() => onSave(account.enabled)}
        >
          {account.enabled ? 'Test and switch' : 'Save choice'}
        </Button>
        <Button disabled={change.isPending} onClick={onDiscard}>
          Keep what is saved
        </Button>
      </div>
      <div role="status">
        {change.isPending && (
          <Spinner label={account.enabled ? 'Testing the choice' : 'Saving'} labelPosition="after" />
        )}
        {red && <Text weight="semibold">The choice has not passed its test, so nothing was saved.</Text>}
      </div>
      {!isForcing && <ProblemNotice error={change.error} />}
      {red && <RedTest verification={red} onForce={() => setForcing(true)} />}
      <ConfirmAccountChange
        account={account}
        isOpen={isForcing}
        title={`Switch the redirect URIs of ${account.alias} although the test is red?`}
        confirmLabel="Switch anyway"
        isBusy={change.isPending}
        error={change.error}
        onConfirm={() => onSave(false)}
        onClose={() => setForcing(false)}
      >
        If the addresses are not registered as chosen, Entra ID refuses every sign-in (AADSTS50011).
      </ConfirmAccountChange>
    </>
  )
}

function Needed({ account, proposal }: Pick<Properties, 'account' | 'proposal'>) {
  const { data, error } = useRedirectUris(account.tenantId, account.id, proposal)
  if (!data) return <Loading error={error} />
  const missing = data.missing.map(({ uri }) => uri)
  if (missing.length === 0)
    return <Text block>All redirect URIs of this choice were registered when the connection was tested last.</Text>
  return (
    <>
      <Text block>
        First, on the registration's{' '}
        <RegistrationLink account={account} page="Authentication">
          Authentication page
        </RegistrationLink>
        , add these as redirect URIs of the platform <strong>{PLATFORMS[proposal.redirectPlatform]}</strong>.
        {account.enabled && ' Keep the existing ones until the switch is done.'}
      </Text>
      <UriList uris={missing} label="Redirect URIs to add first" />
    </>
  )
}

function RedTest({ verification, onForce }: { verification: Verification; onForce: () => void }) {
  const restoreFocus = useRestoreFocusTarget()
  return (
    <>
      <CheckList
        label="Checks of the choice"
        checks={verification.checks.filter(({ status }) => status === 'failed' || status === 'warning')}
      />
      <div>
        <Button {...restoreFocus} onClick={onForce}>
          Switch although the test is red
        </Button>
      </div>
    </>
  )
}
