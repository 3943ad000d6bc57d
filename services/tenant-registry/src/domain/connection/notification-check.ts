import type { NotificationHealth, SubscriptionFailure } from '@jackfield/contract/microsoft/notification-health'
import type { Check } from '@jackfield/contract/microsoft/verification'
import { passed, skipped } from './check.ts'
import type { Evidence } from './connection-evidence.ts'

/** What people have without notifications, so that nobody takes a warning for an outage. */
const BY_THE_CLOCK = 'Changes in the directory still arrive by the clock, only later.'
const PLATFORM =
  'Let whoever runs the platform check that WEBHOOK_BASE_URL leads from the internet to the worker’s API.'

const REASONS: Readonly<Record<SubscriptionFailure['kind'], { message: string; remedy: string }>> = {
  'address-unreachable': {
    message: 'Microsoft Graph could not reach the address for change notifications.',
    remedy: PLATFORM,
  },
  'limit-reached': {
    message: 'The directory has as many subscriptions to change notifications as Microsoft allows.',
    remedy: 'Delete subscriptions of other applications, or wait until some have ended.',
  },
  'not-permitted': {
    message: 'Microsoft Graph does not let this application subscribe to changes of users.',
    remedy: 'Grant admin consent for the application permission User.Read.All.',
  },
  refused: {
    message: 'Microsoft Graph refused the subscription to change notifications.',
    remedy: 'See what Microsoft says, and test again.',
  },
  throttled: { message: 'Microsoft Graph asks to send fewer requests.', remedy: '' },
  unavailable: { message: 'Microsoft Graph did not answer when changes were subscribed to.', remedy: '' },
}

/**
 * Whether Graph tells of changes (S44). Never a failure: sign-in and import work without, and an account must not be
 * kept from being enabled by it.
 */
export function checkNotifications(
  { notifications }: Pick<Evidence, 'notifications'>,
  account: { status: string },
  now: Date,
): Check {
  if (account.status === 'disabled') return skip('The account is switched off, so that nobody is to tell of changes.')
  if (notifications === 'unavailable')
    return skip('The roster does not answer, so it could not be asked whether changes are told.')
  if (!notifications.isConfigured) return skip(`This platform takes no change notifications. ${BY_THE_CLOCK}`)
  const { subscription } = notifications
  if (!subscription) return skip('Changes are told from the first import on.')
  const { until, failure, isQuiet } = subscription
  const isOver = until !== null && Date.parse(until) <= now.getTime()
  if (failure)
    return failing(
      failure,
      until === null ? 'There is no subscription.' : `The subscription ${isOver ? 'ended' : 'ends'} ${day(until)}.`,
    )
  if (until === null) return skip('The subscription to changes is being made. Test again in a minute.')
  if (isOver)
    return warn(
      `The subscription to changes ended ${day(until)} and was not renewed. ${BY_THE_CLOCK}`,
      'Let whoever runs the platform check that the worker is running.',
    )
  if (isQuiet)
    return warn(
      `Changes were found of which Microsoft Graph had not told. ${BY_THE_CLOCK}`,
      'The subscription is made anew by itself. Test again in a minute.',
    )
  return passed('notifications', healthy(subscription, until))
}

function healthy({ since, lastNotifiedAt }: NonNullable<NotificationHealth['subscription']>, until: string): string {
  const from = since === null ? '' : ` since ${day(since)}`
  const last = lastNotifiedAt === null ? 'None has come yet.' : `The last came ${day(lastNotifiedAt)}.`
  return `Microsoft Graph tells of changes${from}, until ${day(until)} unless it is renewed. ${last}`
}

function failing({ kind, code, words, at }: SubscriptionFailure & { at: string }, state: string): Check {
  const { message, remedy } = REASONS[kind]
  // Without an answer there are no words of Microsoft's, only ours.
  const said = words === null ? '' : kind === 'unavailable' ? ` ${words}` : ` Microsoft says: “${words}”`
  const again =
    kind === 'throttled' ? 'It is tried again by itself.' : 'It is tried again within a minute of this test.'
  const check = warn(`${message}${said} Tried ${day(at)}. ${state} ${BY_THE_CLOCK}`, `${remedy} ${again}`.trim())
  return { ...check, ...(code === null ? {} : { code }) }
}

const skip = (message: string) => skipped('notifications', message)
const warn = (message: string, remedy: string): Check => ({ id: 'notifications', status: 'warning', message, remedy })
const day = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`
