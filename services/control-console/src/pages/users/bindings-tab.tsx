import {
  Button,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  useRestoreFocusTarget,
} from '@fluentui/react-components'
import type { Binding, PhoneUser } from '@jackfield/contract/roster/phone-user'
import { useState } from 'react'
import { useUnbind } from '../../api/users.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { ExtensionHoldNote } from '../../components/extension-hold-note.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { BindingForm } from './binding-form.tsx'

/** A person's extensions, one per phone system. */
export function BindingsTab({ tenantId, user }: { tenantId: string; user: PhoneUser }) {
  const restoreFocus = useRestoreFocusTarget()
  const [removing, setRemoving] = useState<Binding>()
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
              {user.bindings.map((binding) => (
                <TableRow key={binding.phoneSystemId}>
                  <TableCell>{binding.phoneSystemName}</TableCell>
                  <TableCell>
                    {binding.extension}
                    {user.hold && <ExtensionHoldNote hold={user.hold} />}
                  </TableCell>
                  <TableCell>
                    <Button
                      {...restoreFocus}
                      aria-label={`Remove extension ${binding.extension} of ${binding.phoneSystemName}`}
                      onClick={() => setRemoving(binding)}
                    >
                      Remove
                    </Button>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
        <RemoveBinding tenantId={tenantId} user={user} binding={removing} onClose={() => setRemoving(undefined)} />
      </Section>
      <Section title="Bind to an extension">
        <BindingForm tenantId={tenantId} user={user} />
      </Section>
    </>
  )
}

type Properties = { tenantId: string; user: PhoneUser; binding: Binding | undefined; onClose: () => void }

function RemoveBinding({ tenantId, user, binding, onClose }: Properties) {
  const unbind = useUnbind(tenantId, user.id)
  const name = user.displayName || user.userPrincipalName
  const isLast = user.bindings.length === 1
  const close = () => {
    unbind.reset()
    onClose()
  }
  return (
    <ConfirmDialog
      isOpen={binding !== undefined}
      title={`Remove extension ${binding?.extension} of ${binding?.phoneSystemName} from ${name}?`}
      confirmLabel="Remove extension"
      isBusy={unbind.isPending}
      error={unbind.error}
      onConfirm={() => binding && unbind.mutate(binding.phoneSystemId, { onSuccess: close })}
      onClose={close}
    >
      <Text as="p" block>
        The extension is free for others at once.
        {isLast && ' It is the only one: apps that need an extension refuse this person until there is another.'}
      </Text>
    </ConfirmDialog>
  )
}
