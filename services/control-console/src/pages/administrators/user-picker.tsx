import { Combobox, Field, Option } from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/phone-user'
import { useState } from 'react'
import { useUsers } from '../../api/users.ts'
import { useSettled } from '../../components/hooks/use-settled.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'

/** The typed text searches; only a choice from the list counts. */
const NOTHING: string[] = []

export function UserPicker({
  tenantId,
  user,
  onPick,
}: {
  tenantId: string
  user: PhoneUser | undefined
  onPick: (user: PhoneUser | undefined) => void
}) {
  const [typed, setTyped] = useState('')
  const { data, error } = useUsers(tenantId, { search: useSettled(typed.trim()), bound: '', cursor: '' })
  const offered = data?.items.filter(({ status }) => status === 'active') ?? []
  const type = (text: string) => {
    setTyped(text)
    onPick(undefined)
  }
  const pick = (chosen: PhoneUser | undefined) => {
    setTyped('')
    onPick(chosen)
  }
  return (
    <>
      <Field label="Person" required hint="Of the users of this tenant, by name, UPN or mail">
        <Combobox
          freeform
          value={user ? user.displayName || user.userPrincipalName : typed}
          selectedOptions={NOTHING}
          onChange={(event) => type(event.currentTarget.value)}
          onOptionSelect={(_, { optionValue }) => pick(offered.find(({ id }) => id === optionValue))}
        >
          {offered.map(({ id, displayName, userPrincipalName }) => (
            <Option key={id} value={id} text={displayName || userPrincipalName}>
              {displayName} ({userPrincipalName})
            </Option>
          ))}
        </Combobox>
      </Field>
      <ProblemNotice error={error} />
    </>
  )
}
