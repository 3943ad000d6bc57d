import { Field, Radio, RadioGroup } from '@fluentui/react-components'
import { type MicrosoftAccount, RedirectMode, RedirectPlatform } from '@jackfield/contract/microsoft/microsoft-account'
import type { Verification } from '@jackfield/contract/microsoft/verification'
import { useState } from 'react'
import { type useConnectionTest, useSwitchRedirects } from '../../../api/microsoft-accounts.ts'
import { isSameProposal, type RedirectProposal } from '../../../domain/redirect-proposal.ts'
import { RedirectSwitch } from './redirect-switch.tsx'
import { RedirectUriList } from './redirect-uri-list.tsx'

type Properties = {
  account: MicrosoftAccount
  etag: string | undefined
  test: ReturnType<typeof useConnectionTest>
  mayChange: boolean
}

/** A choice is a draft of this page until it is tested and saved (S57). */
export function RedirectSection({ account, etag, test, mayChange }: Properties) {
  const change = useSwitchRedirects(account.tenantId, account.id, etag)
  const [draft, setDraft] = useState<RedirectProposal>()
  const proposal = draft && !isSameProposal(draft, account) ? draft : undefined
  const choose = (chosen: RedirectProposal | undefined) => {
    change.reset()
    setDraft(chosen)
  }
  const save = (isTested: boolean) => {
    if (!proposal) return
    const onSuccess = (red: Verification | undefined) => {
      if (red) return
      setDraft(undefined)
      // Records what is registered now, and reloads the account.
      if (account.enabled) test.mutate({})
    }
    change.mutate({ proposal, isTested }, { onSuccess })
  }
  return (
    <>
      {mayChange && <Choices shown={proposal ?? account} isDisabled={change.isPending} onChoose={choose} />}
      {proposal ? (
        <RedirectSwitch
          account={account}
          proposal={proposal}
          change={change}
          isTesting={test.isPending}
          onSave={save}
          onDiscard={() => choose(undefined)}
        />
      ) : (
        <RedirectUriList account={account} />
      )}
    </>
  )
}

type ChoicesProperties = { shown: RedirectProposal; isDisabled: boolean; onChoose: (draft: RedirectProposal) => void }

function Choices({ shown: { redirectMode, redirectPlatform }, isDisabled, onChoose }: ChoicesProperties) {
  return (
    <>
      <Field label="Which redirect URIs">
        <RadioGroup
          value={redirectMode}
          disabled={isDisabled}
          onChange={(_, { value }) => onChoose({ redirectPlatform, redirectMode: RedirectMode.parse(value) })}
        >
          <Radio value="single" label="One for the whole platform" />
          <Radio value="per-app" label="Two for each app: its shared host and your own host" />
        </RadioGroup>
      </Field>
      <Field label="Platform of the registration">
        <RadioGroup
          value={redirectPlatform}
          disabled={isDisabled}
          onChange={(_, { value }) => onChoose({ redirectMode, redirectPlatform: RedirectPlatform.parse(value) })}
        >
          <Radio value="web" label="Web (recommended)" />
          <Radio value="spa" label="Single-page application" />
        </RadioGroup>
      </Field>
    </>
  )
}
