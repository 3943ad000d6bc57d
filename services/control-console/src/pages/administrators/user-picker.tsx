import { Combobox, Field, Option } from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { useState } from 'react'
import { useUsers } from '../../api/users.ts'
import { useDebounced } from '../../components/hooks/use-debounced.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'

/** No selected option: the typed text is the search, and a choice is passed to the parent. */
const NO_SELECTION: string[] = []

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
  const { data, error } = useUsers(tenantId, { search: useDebounced(typed.trim()), bound: '', cursor: '' })
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
      <Field label="Person" required hint="A user of this tenant, by name, UPN or mail">
        <Combobox
          freeform
          value={user ? user.displayName || user.userPrincipalName : typed}
          selectedOptions={NO_SELECTION}
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
