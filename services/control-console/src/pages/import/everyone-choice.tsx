import { Checkbox, makeStyles, Text, tokens } from '@fluentui/react-components'
import type { MicrosoftUserCount } from '@jackfield/contract/microsoft/microsoft-user'
import { Loading } from '../../components/loading.tsx'
import { countOfEveryone, type Everyone } from '../../domain/import-of-everyone.ts'
import { people } from '../../domain/name-list.ts'

const useStyles = makeStyles({ choice: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS } })

type Properties = {
  counts: MicrosoftUserCount | undefined
  error: unknown
  everyone: Everyone
  onChange: (everyone: Everyone) => void
}

/** States the number of people of each kind. */
export function EveryoneChoice({ counts, error, everyone, onChange }: Properties) {
  const styles = useStyles()
  if (!counts) return <Loading error={error} label="Counting the people of the directory" />
  const change =
    (member: keyof Everyone) =>
    (_: unknown, { checked }: { checked: boolean | 'mixed' }) =>
      onChange({ ...everyone, [member]: checked === true })
  const { total, guests, disabled } = counts
  return (
    <div className={styles.choice}>
      <Checkbox label="SSO enabled for all of them" checked={everyone.sso} onChange={change('sso')} />
      <Checkbox
        label={`Guests too (${guests.toLocaleString('en')})`}
        checked={everyone.guests}
        onChange={change('guests')}
      />
      <Checkbox
        label={`Disabled accounts too (${disabled.toLocaleString('en')}); rooms and shared mailboxes usually are`}
        checked={everyone.disabled}
        onChange={change('disabled')}
      />
      <Text role="status" weight="semibold">
        {people(countOfEveryone(counts, everyone))} of {total.toLocaleString('en')} in the directory would be imported.
      </Text>
    </div>
  )
}
