import { TENANT_LIMITS, type TenantLimit } from '@jackfield/contract/http/tenant-limits'
import { defineErrors } from '@jackfield/problem/app-error'

export const refuse = defineErrors({
  'tenant-not-found': { status: 404, message: 'There is no such tenant.' },
  'account-not-found': { status: 404, message: 'There is no such Microsoft 365 account.' },
  'account-not-enabled': {
    status: 409,
    message: 'The Microsoft 365 account is not enabled: test its connection first.',
  },
  'run-not-found': { status: 404, message: 'There is no such sync run.' },
  'run-not-waiting': { status: 409, message: 'The sync run does not wait for an approval.' },
  'run-over': { status: 409, message: 'The sync run is over.' },
  'user-not-found': { status: 404, message: 'There is no such user.' },
  'user-not-active': { status: 409, message: 'The user is disabled or deleted.' },
  'sso-needs-sync': { status: 400, message: 'SSO cannot be enabled for a user that is not synced.' },
  'phone-system-not-found': { status: 404, message: 'There is no such phone system.' },
  'extension-not-found': { status: 404, message: 'The phone system has no such extension.' },
  'extension-taken': { status: 409, message: 'The extension is taken.' },
  'version-conflict': { status: 412, message: 'Someone else was first: load it again.' },
  'invalid-cursor': { status: 400, message: 'The cursor is not one of this list.' },
  'microsoft-throttled': { status: 503, message: 'Microsoft asks to send fewer requests.' },
  'microsoft-unavailable': { status: 503, message: 'Microsoft 365 does not answer.' },
  'microsoft-refused': { status: 409, message: 'Microsoft refuses the account.' },
  'consent-missing': { status: 409, message: 'The application may not read users.' },
  'import-rules-unreadable': { status: 409, message: 'Microsoft does not tell whom an import rule means.' },
  'microsoft-rejected': { status: 502, message: 'Microsoft Graph refused the request.' },
  'webhook-address-refused': {
    status: 400,
    message: 'The address must be https on the public internet, without user name and fragment.',
  },
  'webhook-endpoint-not-found': { status: 404, message: 'There is no such webhook endpoint.' },
  'webhooks-not-configured': { status: 503, message: 'Webhooks need KEY_ENCRYPTION_KEYS to be set.' },
  'limit-reached': { status: 409, message: 'The tenant has as many of these as it may have. Remove one first.' },
  'too-many-runs': {
    status: 429,
    message: 'Too many sync runs of this tenant wait or are worked on. Ask again when some have ended.',
  },
  'too-many-streams': {
    status: 429,
    message: 'Too many event streams of this tenant are open. Close one, or ask for the run itself.',
  },
  starting: { status: 503, message: 'The service is starting.' },
  'temporarily-unavailable': { status: 503, message: 'A part of the service is not available just now.' },
})

export const limitReached = (name: TenantLimit) =>
  refuse('limit-reached', { members: { limit: { name, most: TENANT_LIMITS[name] } } })
