import {
  Button,
  Field,
  Input,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from '@fluentui/react-components'
import { type FormEvent, useState } from 'react'
import { useCreatePhoneSystem, usePhoneSystems } from '../../api/phone-systems.ts'
import { fieldComplaint } from '../../components/field-complaint.ts'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { PageLink } from '../../components/links/page-link.tsx'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'

const useStyles = makeStyles({
  form: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalM },
})

export function PhoneSystemListPage() {
  const tenantId = useRouteId('tenantId')
  const { data: systems, error } = usePhoneSystems(tenantId)
  return (
    <>
      <PageHeading title="Phone systems" />
      <Section title="Phone systems of this tenant">
        {!systems && <Loading error={error} />}
        {systems?.length === 0 && <Text>There is no phone system yet.</Text>}
        {systems && systems.length > 0 && (
          <Table aria-label="Phone systems">
            <TableHeader>
              <TableRow>
                <TableHeaderCell>Name</TableHeaderCell>
                <TableHeaderCell>Created</TableHeaderCell>
              </TableRow>
            </TableHeader>
            <TableBody>
              {systems.map(({ id, name, createdAt }) => (
                <TableRow key={id}>
                  <TableCell>
                    <PageLink to={id}>{name}</PageLink>
                  </TableCell>
                  <TableCell>{new Date(createdAt).toLocaleDateString()}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </Section>
      <Section title="Create a phone system">
        <CreateForm tenantId={tenantId} />
      </Section>
    </>
  )
}

function CreateForm({ tenantId }: { tenantId: string }) {
  const styles = useStyles()
  const [name, setName] = useState('')
  const create = useCreatePhoneSystem(tenantId)
  const complaint = fieldComplaint(create.error, 'name', ['phone-system-name-taken'])
  const save = (event: FormEvent) => {
    event.preventDefault()
    create.mutate(name.trim(), { onSuccess: () => setName('') })
  }
  return (
    <form onSubmit={save} className={styles.form}>
      <Field label="Name" required {...(complaint ? { validationMessage: complaint } : {})}>
        <Input value={name} maxLength={120} onChange={(_, { value }) => setName(value)} autoComplete="off" />
      </Field>
      <Button type="submit" appearance="primary" disabled={name.trim() === '' || create.isPending}>
        Create phone system
      </Button>
      {!complaint && <ProblemNotice error={create.error} />}
    </form>
  )
}
