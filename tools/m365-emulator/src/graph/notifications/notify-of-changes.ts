import type { Directory } from '../../directory/directory.ts'
import type { ChangeType } from '../subscriptions/subscription.ts'
import type { Notifier } from './notifier.ts'

/** Notifies subscribers of every later change of the directory's users and groups. */
export function notifyOfChanges(directory: Directory, notifier: Notifier): void {
  directory.changes.listen(({ userId, properties }) => {
    notifier.userChanged(directory, userId, changeTypes(directory.users.state(userId), properties === 'whole'))
  })
  directory.logs.groups.listen(({ groupId, properties, member }) => {
    const type = properties !== 'whole' ? 'updated' : directory.groups.find(groupId) ? 'created' : 'deleted'
    notifier.groupChanged(directory, groupId, type, member)
  })
}

function changeTypes(state: 'live' | 'soft-deleted' | 'purged' | undefined, isWhole: boolean): ChangeType[] {
  if (state === 'soft-deleted') return ['updated', 'deleted']
  if (state === 'purged') return ['deleted']
  return isWhole ? ['created', 'updated'] : ['updated']
}
