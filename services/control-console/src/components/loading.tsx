import { Spinner } from '@fluentui/react-components'
import { ProblemNotice } from './problem-notice.tsx'

/** Shown in place of missing data: a spinner, or the error. */
export function Loading({ error, label = 'Loading' }: { error?: unknown; label?: string }) {
  return error ? <ProblemNotice error={error} /> : <Spinner label={label} labelPosition="after" />
}
