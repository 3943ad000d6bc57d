import { Button, Checkbox, makeStyles, Text, tokens, useRestoreFocusTarget } from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { type FormEvent, useState } from 'react'
import { useChangeUser } from '../../api/users.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { type Ticks, withSso, withSync } from '../../domain/ticks.ts'
import { extensionsOf } from './extensions-of.ts'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
})

type Properties = { tenantId: string; user: PhoneUser; etag: string | undefined }

/** Ticking is a draft; saving asks for confirmation when it takes something away (S57, S58). */
export function UserTicks({ tenantId, user, etag }: Properties) {
  const styles = useStyles()
  const restoreFocus = useRestoreFocusTarget()
  const change = useChangeUser(tenantId, user.id, etag)
  const [draft, setDraft] = useState<Ticks>()
  const [isAsking, setAsking] = useState(false)
  const ticks = draft ?? { sync: user.sync, sso: user.sso }
  const isChanged = ticks.sync !== user.sync || ticks.sso !== user.sso
  const loses = { sync: user.sync && !ticks.sync, sso: user.sso && !ticks.sso }

  const close = () => {
    change.reset()
    setAsking(false)
  }
  const save = () =>
    change.mutate(ticks, {
      onSuccess: () => {
        setDraft(undefined)
        setAsking(false)
      },
    })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isChanged) return
    if (loses.sync || loses.sso) setAsking(true)
    else save()
  }
  return (
    <form onSubmit={submit} className={styles.form}>
      <Checkbox
        label="Sync User"
        checked={ticks.sync}
        onChange={(_, { checked }) => setDraft(withSync(ticks, checked === true))}
      />
      <Text>Changes of this person in Microsoft 365 reach the phone system.</Text>
      <Checkbox
        label="SSO enabled"
        checked={ticks.sso}
        onChange={(_, { checked }) => setDraft(withSso(ticks, checked === true))}
      />
      <Text>This person signs in with Microsoft. It needs Sync User.</Text>
      {!isAsking && <ProblemNotice error={change.error} />}
      <div className={styles.actions}>
        <Button {...restoreFocus} type="submit" appearance="primary" disabledFocusable={!isChanged || change.isPending}>
          Save
        </Button>
        {isChanged && <Button onClick={() => setDraft(undefined)}>Discard</Button>}
      </div>
      <Text role="status">{isChanged ? 'Changed, but not saved.' : change.isSuccess && 'Saved.'}</Text>
      <ConfirmDialog
        isOpen={isAsking}
        title={waitingRunTitle(user, loses)}
        confirmLabel="Switch off"
        isBusy={change.isPending}
        error={change.error}
        onConfirm={save}
        onClose={close}
      >
        <Losses user={user} loses={loses} />
      </ConfirmDialog>
    </form>
  )
}

function waitingRunTitle({ displayName, userPrincipalName }: PhoneUser, { sync, sso }: Ticks): string {
  const what = sync && sso ? 'Sync User and SSO' : sync ? 'Sync User' : 'SSO'
  return `Switch ${what} off for ${displayName || userPrincipalName}?`
}

function Losses({ user, loses }: { user: PhoneUser; loses: Ticks }) {
  const extensions = extensionsOf(user)
  return (
    <>
      {loses.sso && (
        <Text as="p" block>
          This person is signed out everywhere and can no longer sign in with Microsoft.
          {extensions && ` Extension ${extensions} stays theirs.`}
        </Text>
      )}
      {loses.sync && (
        <Text as="p" block>
          Changes in Microsoft 365 no longer reach the phone system. That includes the end of their employment: a person
          disabled there is no longer disabled here.
        </Text>
      )}
    </>
  )
}
