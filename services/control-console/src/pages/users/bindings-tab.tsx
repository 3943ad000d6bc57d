import { Button, Table, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, Text } from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/phone-user'
import { useUnbind } from '../../api/users.ts'
import { ExtensionHoldNote } from '../../components/extension-hold-note.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { Section } from '../../components/section.tsx'
import { BindingForm } from './binding-form.tsx'

/** The extensions a person holds, one in each phone system. */
export function BindingsTab({ tenantId, user }: { tenantId: string; user: PhoneUser }) {
  const unbind = useUnbind(tenantId, user.id)
  return (
    <>
      <Section title="Extensions">
        {user.bindings.length === 0 ? (
          <Text>Not bound to an extension yet.</Text>
        ) : (
          <Table aria-label="Bindings">
            <TableHeader>
              <TableRow>
                <TableHeaderCell>Phone system</TableHeaderCell>
                <TableHeaderCell>Extension</TableHeaderCell>
                <TableHeaderCell>Action</TableHeaderCell>
              </TableRow>
            </TableHeader>
            <TableBody>
              {user.bindings.map(({ phoneSystemId, phoneSystemName, extension }) => (
                <TableRow key={phoneSystemId}>
                  <TableCell>{phoneSystemName}</TableCell>
                  <TableCell>
                    {extension}
                    {user.hold && <ExtensionHoldNote hold={user.hold} />}
                  </TableCell>
                  <TableCell>
                    <Button
                      aria-label={`Remove extension ${extension} of ${phoneSystemName}`}
                      disabled={unbind.isPending}
                      onClick={() => unbind.mutate(phoneSystemId)}
                    >
                      Remove
                    </Button>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
        <ProblemNotice error={unbind.error} />
      </Section>
      <Section title="Bind to an extension">
        <BindingForm tenantId={tenantId} user={user} />
      </Section>
    </>
  )
}
