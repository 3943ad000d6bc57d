/** Refusals of what may succeed later, and faults: 429 and 5xx. */
export const PASSING = {
  'too-many-tests': {
    status: 429,
    title: 'That was tested very often just now.',
    help: 'Wait as long as `Retry-After` says.',
  },
  'too-many-runs': {
    status: 429,
    title: 'Too many sync runs of this tenant wait or are worked on.',
    help: 'Ask again when some have ended.',
  },
  'too-many-streams': {
    status: 429,
    title: 'Too many event streams of the same caller are open.',
    help: 'Close one, or ask for the run itself.',
  },
  'too-many-calls': {
    status: 429,
    title: 'Too many calls of the same caller are under way.',
    help: 'Wait as long as `Retry-After` says.',
  },
  'too-many-requests': {
    status: 429,
    title: 'There were too many requests from this address.',
    help: 'Wait as long as `Retry-After` says.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side.',
    help: 'The log has it under the `requestId`.',
  },
  'credential-unreadable': { status: 502, title: 'The stored credential cannot be read.', help: 'Enter it again.' },
  'microsoft-rejected': {
    status: 502,
    title: 'Microsoft Graph refused the request.',
    help: 'The detail repeats what Microsoft said.',
  },
  'federation-token-unreadable': {
    status: 503,
    title: 'The token of this installation’s workload identity cannot be read.',
    help: 'The operator looks at FEDERATED_TOKEN_FILE.',
  },
  'roster-unavailable': { status: 503, title: 'The roster does not answer.', help: 'Nothing was erased. Try again.' },
  'microsoft-throttled': {
    status: 503,
    title: 'Microsoft asks to send fewer requests.',
    help: 'Wait as long as `Retry-After` says.',
  },
  'microsoft-unavailable': { status: 503, title: 'Microsoft 365 does not answer.', help: 'Try again in a moment.' },
  'webhooks-not-configured': {
    status: 503,
    title: 'Webhooks are not set up.',
    help: 'The operator sets KEY_ENCRYPTION_KEYS.',
  },
  starting: { status: 503, title: 'The service is not ready yet.', help: 'Wait as long as `Retry-After` says.' },
  'temporarily-unavailable': {
    status: 503,
    title: 'A part of the service is not available just now.',
    help: 'Wait as long as `Retry-After` says.',
  },
} as const
