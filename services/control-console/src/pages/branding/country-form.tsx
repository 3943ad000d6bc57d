import { Button, Field, makeStyles, Select, Text, tokens } from '@fluentui/react-components'
import { CountryCode } from '@jackfield/contract/tenants/tenant'
import { type FormEvent, useState } from 'react'
import { useChangeCountry } from '../../api/tenants.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, maxWidth: '480px' },
})

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const NAMES = new Intl.DisplayNames(['en'], { type: 'region' })
const COUNTRIES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
  .filter((code) => CountryCode.safeParse(code).success)
  .map((code) => ({ code, name: NAMES.of(code) ?? code }))
  .sort((one, other) => one.name.localeCompare(other.name, 'en'))

type Properties = { tenantId: string; etag: string | undefined; country: string | null }

/** Where phone numbers without a country code are from. */
export function CountryForm({ tenantId, etag, country }: Properties) {
  const styles = useStyles()
  const change = useChangeCountry(tenantId, etag)
  const [chosen, setChosen] = useState<string>()
  const save = (event: FormEvent) => {
    event.preventDefault()
    change.mutate((chosen ?? country) || null, { onSuccess: () => setChosen(undefined) })
  }
  return (
    <form onSubmit={save} className={styles.form} noValidate>
      <Field
        label="Default country"
        hint="Of phone numbers without a country code, such as 0451 123456, in searches and binding suggestions."
      >
        <Select value={chosen ?? country ?? ''} onChange={(_, { value }) => setChosen(value)}>
          <option value="">None: only numbers that begin with + are read whole</option>
          {COUNTRIES.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <ProblemNotice error={change.error} />
      <p>
        <Button type="submit" appearance="primary" disabled={change.isPending}>
          Set country
        </Button>
      </p>
      <Text role="status">{change.isSuccess && 'Saved.'}</Text>
    </form>
  )
}
