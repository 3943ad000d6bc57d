import { Field, Input, Select } from '@fluentui/react-components'
import { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import { useMicrosoftClouds } from '../../api/microsoft-clouds.ts'
import { fieldComplaint } from '../../components/field-complaint.ts'
import { guidComplaint, sameGuid } from '../../domain/guid-field.ts'

export type AccountDraft = { alias: string; clientId: string; directoryId: string; cloud: Cloud }
type Complaints = Partial<Record<keyof AccountDraft, string>>

export const EMPTY_DRAFT: AccountDraft = { alias: '', clientId: '', directoryId: '', cloud: 'global' }

export function draftComplaints(draft: AccountDraft): Complaints {
  const complaints: Complaints = {}
  if (draft.alias.trim() === '') complaints.alias = 'Enter an alias.'
  const clientId = guidComplaint(draft.clientId, 'Application (client) ID')
  if (clientId) complaints.clientId = clientId
  const same = sameGuid(draft.clientId, draft.directoryId)
    ? 'This is the Application (client) ID again. Copy the Directory (tenant) ID.'
    : undefined
  const directoryId = guidComplaint(draft.directoryId, 'Directory (tenant) ID') ?? same
  if (directoryId) complaints.directoryId = directoryId
  return complaints
}

export function trimmedDraft({ alias, clientId, directoryId, cloud }: AccountDraft): AccountDraft {
  return { alias: alias.trim(), clientId: clientId.trim(), directoryId: directoryId.trim(), cloud }
}

type Properties = {
  draft: AccountDraft
  complaints: Complaints
  error: unknown
  onChange: (draft: AccountDraft) => void
}

/** The fields that identify a registration; a refusal of the server shows at its field. */
export function AccountFields({ draft, complaints, error, onChange }: Properties) {
  const clientId = complaints.clientId ?? fieldComplaint(error, 'clientId')
  const directoryId = complaints.directoryId ?? fieldComplaint(error, 'directoryId', ['ids-equal', 'ids-swapped'])
  const alias = complaints.alias ?? fieldComplaint(error, 'alias', ['alias-taken'])
  const change =
    (member: Exclude<keyof AccountDraft, 'cloud'>) =>
    (_: unknown, { value }: { value: string }) =>
      onChange({ ...draft, [member]: value })
  return (
    <>
      <Field label="Alias" hint="What you call this organisation, for example its name." required {...message(alias)}>
        <Input value={draft.alias} onChange={change('alias')} maxLength={64} autoComplete="off" />
      </Field>
      <Field label="Application (client) ID" required {...message(clientId)}>
        <Input value={draft.clientId} onChange={change('clientId')} spellCheck={false} autoComplete="off" />
      </Field>
      <Field label="Directory (tenant) ID" required {...message(directoryId)}>
        <Input value={draft.directoryId} onChange={change('directoryId')} spellCheck={false} autoComplete="off" />
      </Field>
      <CloudField cloud={draft.cloud} onChange={(cloud) => onChange({ ...draft, cloud })} />
    </>
  )
}

function CloudField({ cloud, onChange }: { cloud: Cloud; onChange: (cloud: Cloud) => void }) {
  const { data = [] } = useMicrosoftClouds()
  return (
    <Field label="Microsoft cloud" hint="Where the organisation's Microsoft 365 is. Most are in the first.">
      <Select value={cloud} onChange={(_, { value }) => onChange(Cloud.parse(value))}>
        {data.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
    </Field>
  )
}

function message(complaint: string | undefined) {
  return complaint === undefined ? {} : { validationMessage: complaint, validationState: 'error' as const }
}
