import { Text } from '@fluentui/react-components'
import type { MicrosoftUser } from '@jackfield/contract/microsoft-user'
import { useMicrosoftUsers } from '../../api/imports.ts'
import { useSettled } from '../../components/hooks/use-settled.ts'
import { Loading } from '../../components/loading.tsx'
import type { TickChanges } from '../../domain/ticks.ts'
import { MicrosoftUserTable } from './microsoft-user-table.tsx'

type Properties = {
  tenantId: string
  accountId: string
  search: string
  changes: TickChanges
  /** With the people shown, for a list that a search narrows forgets the others. */
  onChange: (changes: TickChanges, shown: readonly MicrosoftUser[]) => void
}

export function MicrosoftUsers({ tenantId, accountId, search, changes, onChange }: Properties) {
  const list = useMicrosoftUsers(tenantId, accountId, useSettled(search.trim()))
  const users = list.data?.pages.flatMap((page) => page.items)
  if (!users) return <Loading error={list.error} label="Asking Microsoft for the users" />
  if (users.length === 0) return <Text role="status">No user matches.</Text>
  return (
    <MicrosoftUserTable
      users={users}
      changes={changes}
      onChange={(next) => onChange(next, users)}
      more={list.hasNextPage ? { load: () => list.fetchNextPage(), isLoading: list.isFetchingNextPage } : undefined}
      error={list.error}
    />
  )
}
