import { Button, Combobox, Field, Option, Select, Text } from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { type FormEvent, useState } from 'react'
import { useFreeExtensions, usePhoneSystems } from '../../api/phone-systems.ts'
import { useBind } from '../../api/users.ts'
import { PageLink } from '../../components/links/page-link.tsx'
import { Loading } from '../../components/loading.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { bindingRefusal } from './binding-refusal.ts'

const SHOWN = 50
/** No selected option: a selection would be cleared with each key, and the typed text with it. */
const NO_SELECTION: string[] = []

/** First the phone system, then an extension: a free one, or any typed number, which the server checks. */
export function BindingForm({ tenantId, user }: { tenantId: string; user: PhoneUser }) {
  const { data: systems, error } = usePhoneSystems(tenantId)
  const [chosen, setChosen] = useState('')
  const [extension, setExtension] = useState('')
  const bind = useBind(tenantId, user.id)
  const phoneSystemId = chosen || (systems?.length === 1 ? (systems[0]?.id ?? '') : '')
  const free = useFreeExtensions(tenantId, phoneSystemId)
  const offered = free.data?.filter(({ number }) => number.startsWith(extension.trim())).slice(0, SHOWN) ?? []
  const refusal = bindingRefusal(bind.error)

  const save = (event: FormEvent) => {
    event.preventDefault()
    bind.mutate({ phoneSystemId, extension: extension.trim() }, { onSuccess: () => setExtension('') })
  }

  const choose = (id: string) => {
    setChosen(id)
    setExtension('')
    bind.reset()
  }

  if (!systems) return <Loading error={error} />
  if (systems.length === 0) return <NoPhoneSystem tenantId={tenantId} />
  return (
    <form onSubmit={save}>
      <Field label="Phone system" required>
        <Select value={phoneSystemId} onChange={(_, { value }) => choose(value)}>
          {systems.length > 1 && <option value="">Choose a phone system</option>}
          {systems.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field
        label="Extension"
        required
        hint="Free extensions are offered."
        {...(refusal ? { validationMessage: refusal } : {})}
      >
        <Combobox
          freeform
          disabled={phoneSystemId === ''}
          value={extension}
          selectedOptions={NO_SELECTION}
          onChange={(event) => setExtension(event.currentTarget.value)}
          onOptionSelect={(_, { optionValue }) => optionValue !== undefined && setExtension(optionValue)}
        >
          {offered.map(({ number, name }) => (
            <Option key={number} value={number} text={number}>
              {name ? `${number} ${name}` : number}
            </Option>
          ))}
        </Combobox>
      </Field>
      {!refusal && <ProblemNotice error={bind.error ?? free.error} />}
      <p>
        <Button
          type="submit"
          appearance="primary"
          disabled={phoneSystemId === '' || extension.trim() === '' || bind.isPending}
        >
          Bind
        </Button>
      </p>
    </form>
  )
}

function NoPhoneSystem({ tenantId }: { tenantId: string }) {
  return (
    <Text>
      There is no phone system yet. <PageLink to={`/tenants/${tenantId}/phone-systems`}>Create one</PageLink> and add
      extensions first.
    </Text>
  )
}
