import { Text } from '@fluentui/react-components'
import type { MicrosoftUserCount } from '@jackfield/contract/microsoft/microsoft-user'
import type { ComponentProps } from 'react'
import { useAccountReach } from '../../api/microsoft-accounts.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Loading } from '../../components/loading.tsx'
import type { ImportEffect } from '../../domain/import-effect.ts'
import { countOfEveryone, type Everyone } from '../../domain/import-of-everyone.ts'
import { nameList, people } from '../../domain/name-list.ts'

type Question = Pick<ComponentProps<typeof ConfirmDialog>, 'isOpen' | 'isBusy' | 'error' | 'onConfirm' | 'onClose'>

type EveryoneProperties = Question & {
  tenantId: string
  accountId: string
  counts: MicrosoftUserCount | undefined
  everyone: Everyone
}

/** An import of everyone gives all people the same ticks: without the SSO tick, everyone loses SSO. */
export function ConfirmEveryone({ tenantId, accountId, counts, everyone, ...question }: EveryoneProperties) {
  const isLosing = !everyone.sso
  const { data: reach, error } = useAccountReach(tenantId, accountId, question.isOpen && isLosing)
  const count = counts ? people(countOfEveryone(counts, everyone)) : 'everyone'
  return (
    <ConfirmDialog
      {...question}
      title={`Import ${count}?`}
      confirmLabel={`Import ${count}`}
      isWaiting={isLosing && !reach && !error}
    >
      <Text as="p" block>
        {everyone.sso
          ? 'All of them can sign in with Microsoft as soon as the import is complete.'
          : 'None of them can sign in with Microsoft: SSO is not ticked.'}{' '}
        {counts && kindsOf(counts, everyone)}
      </Text>
      {isLosing && !reach && <Loading error={error} label="Counting who has SSO now" />}
      {isLosing && reach && reach.sso > 0 && (
        <Text as="p" block>
          <strong>SSO is switched off for up to {people(reach.sso)}</strong> who {reach.sso === 1 ? 'has' : 'have'} it
          now. They are signed out.
        </Text>
      )}
    </ConfirmDialog>
  )
}

function kindsOf({ guests, disabled }: MicrosoftUserCount, everyone: Everyone): string {
  const kinds = [
    { isIn: everyone.guests, text: `${guests.toLocaleString('en')} ${guests === 1 ? 'guest' : 'guests'}` },
    {
      isIn: everyone.disabled,
      text: `${disabled.toLocaleString('en')} disabled ${disabled === 1 ? 'account' : 'accounts'}`,
    },
  ]
  const listed = (isIn: boolean) => nameList(kinds.filter((kind) => kind.isIn === isIn).map(({ text }) => text))
  return [listed(true) && `${listed(true)} are among them.`, listed(false) && `${listed(false)} are left out.`]
    .filter(Boolean)
    .join(' ')
}

type TicksProperties = Question & { effect: ImportEffect; changes: number }

const SENTENCES: ReadonlyArray<readonly [keyof ImportEffect, string]> = [
  ['ssoOff', 'SSO is switched off, and they are signed out:'],
  ['unsynced', 'Sync User is switched off, and changes in Microsoft 365 no longer reach them here:'],
  ['synced', 'Sync User is switched on:'],
  ['ssoOn', 'SSO is switched on:'],
  ['guests', 'Guests among them:'],
  ['disabled', 'Disabled in Microsoft 365 among them:'],
]

export function ConfirmTicks({ effect, changes, ...question }: TicksProperties) {
  return (
    <ConfirmDialog {...question} title={`Change ${people(changes)}?`} confirmLabel={`Change ${people(changes)}`}>
      {SENTENCES.filter(([member]) => effect[member].length > 0).map(([member, sentence]) => (
        <Text key={member} as="p" block>
          {sentence} <strong>{people(effect[member].length)}</strong> ({nameList(effect[member])}).
        </Text>
      ))}
    </ConfirmDialog>
  )
}
