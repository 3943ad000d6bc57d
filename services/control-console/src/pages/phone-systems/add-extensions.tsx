import { Button, Field, Input, makeStyles, Radio, RadioGroup, Text, Textarea, tokens } from '@fluentui/react-components'
import { type FormEvent, useState } from 'react'
import { useAddExtensions } from '../../api/phone-systems.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { extensionLines, extensionRange } from '../../domain/extension-list.ts'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, alignItems: 'start' },
  range: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  lines: { width: '100%', maxWidth: '480px' },
})

/** Adds a range or a list; existing numbers stay unchanged. */
export function AddExtensions({ tenantId, phoneSystemId }: { tenantId: string; phoneSystemId: string }) {
  const styles = useStyles()
  const [way, setWay] = useState('range')
  const [first, setFirst] = useState('')
  const [last, setLast] = useState('')
  const [lines, setLines] = useState('')
  const [complaint, setComplaint] = useState<string>()
  const add = useAddExtensions(tenantId, phoneSystemId)

  const save = (event: FormEvent) => {
    event.preventDefault()
    const list = way === 'range' ? extensionRange(first, last) : extensionLines(lines)
    setComplaint(list.kind === 'refused' ? list.message : undefined)
    if (list.kind === 'extensions') add.mutate(list.items)
  }

  return (
    <form onSubmit={save} className={styles.form}>
      <Field label="How">
        <RadioGroup layout="horizontal" value={way} onChange={(_, { value }) => setWay(value)}>
          <Radio value="range" label="A range" />
          <Radio value="list" label="A list" />
        </RadioGroup>
      </Field>
      {way === 'range' ? (
        <div className={styles.range}>
          <Field label="First number" required>
            <Input value={first} inputMode="numeric" onChange={(_, { value }) => setFirst(value)} />
          </Field>
          <Field label="Last number" required>
            <Input value={last} inputMode="numeric" onChange={(_, { value }) => setLast(value)} />
          </Field>
        </div>
      ) : (
        <Field
          label="Extensions, one per line"
          hint="The number, then a name if it has one: 101 Reception"
          className={styles.lines}
          required
        >
          <Textarea value={lines} rows={6} onChange={(_, { value }) => setLines(value)} />
        </Field>
      )}
      {complaint && <Text role="alert">{complaint}</Text>}
      <ProblemNotice error={add.error} />
      <Button type="submit" appearance="primary" disabled={add.isPending}>
        Add extensions
      </Button>
      <Text role="status">
        {add.isSuccess && `${add.variables.length} ${add.variables.length === 1 ? 'extension' : 'extensions'} added.`}
      </Text>
    </form>
  )
}
