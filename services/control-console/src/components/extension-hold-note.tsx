import { Caption1 } from '@fluentui/react-components'
import type { ExtensionHold } from '@jackfield/contract/roster/phone-user'

/** States that an extension is held for a person who left, and until when. */
export function ExtensionHoldNote({ hold }: { hold: ExtensionHold }) {
  const day = (time: string) => new Date(time).toLocaleDateString(undefined, { dateStyle: 'medium' })
  return (
    <Caption1>
      {' '}
      {hold.until ? `left, held until ${day(hold.until)}` : `left on ${day(hold.since)}, held until it is removed`}
    </Caption1>
  )
}
