import { Button, Field, Input, makeStyles, Select, Text, tokens } from '@fluentui/react-components'
import { AccentColour } from '@jackfield/contract/tenants/branding'
import { Language } from '@jackfield/contract/tenants/language'
import type { FormEvent } from 'react'
import { useChangeBranding } from '../../api/branding.ts'
import { fieldComplaint } from '../../components/field-complaint.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'

/** The typed values; empty means the platform's default. */
export type Draft = { displayName: string; accentColour: string; language: string }
type Properties = {
  tenantId: string
  etag: string | undefined
  tenantName: string
  draft: Draft
  onDraft: (draft: Draft | undefined) => void
}

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, maxWidth: '480px' },
  colour: { display: 'flex', gap: tokens.spacingHorizontalM, alignItems: 'center' },
  picker: { width: '44px', height: '32px', padding: 0, border: `1px solid ${tokens.colorNeutralStroke1}` },
})
const LANGUAGES = { en: 'English', de: 'German' } as const
const START_OF_PICKER = '#0b5c8f'

export function BrandingForm({ tenantId, etag, tenantName, draft, onDraft }: Properties) {
  const styles = useStyles()
  const change = useChangeBranding(tenantId, etag)
  const { displayName, accentColour, language } = draft
  const colour = AccentColour.safeParse(accentColour)
  const wrongColour = accentColour !== '' && !colour.success && 'Six hexadecimal digits after #, such as #0b5c8f.'
  const wrongName = fieldComplaint(change.error, 'displayName')

  const save = (event: FormEvent) => {
    event.preventDefault()
    if (wrongColour) return
    const branding = {
      displayName: displayName.trim() || null,
      accentColour: colour.success ? colour.data : null,
      language: language === '' ? null : Language.parse(language),
    }
    change.mutate(branding, { onSuccess: () => onDraft(undefined) })
  }

  return (
    <form onSubmit={save} className={styles.form} noValidate>
      <Field
        label="Display name"
        hint={`Empty: ${tenantName}`}
        {...(wrongName ? { validationMessage: wrongName } : {})}
      >
        <Input
          value={displayName}
          maxLength={120}
          autoComplete="off"
          onChange={(_, { value }) => onDraft({ ...draft, displayName: value })}
        />
      </Field>
      <Field
        label="Accent colour"
        hint="The colour of buttons. Text on it and links stay readable with any colour. Empty: blue."
        {...(wrongColour ? { validationMessage: wrongColour } : {})}
      >
        <Input
          value={accentColour}
          placeholder={START_OF_PICKER}
          spellCheck={false}
          autoComplete="off"
          onChange={(_, { value }) => onDraft({ ...draft, accentColour: value })}
          contentAfter={
            <input
              type="color"
              className={styles.picker}
              aria-label="Pick the accent colour"
              value={colour.success ? colour.data : START_OF_PICKER}
              onChange={({ target }) => onDraft({ ...draft, accentColour: target.value })}
            />
          }
        />
      </Field>
      <Field label="Language" hint="For people whose browser and app ask for no supported language.">
        <Select value={language} onChange={(_, { value }) => onDraft({ ...draft, language: value })}>
          <option value="">The platform’s own (English)</option>
          {Language.options.map((each) => (
            <option key={each} value={each}>
              {LANGUAGES[each]}
            </option>
          ))}
        </Select>
      </Field>
      {!wrongName && <ProblemNotice error={change.error} />}
      <p>
        <Button type="submit" appearance="primary" disabled={change.isPending}>
          Save
        </Button>
      </p>
      <Text role="status">{change.isSuccess && 'Saved.'}</Text>
    </form>
  )
}
