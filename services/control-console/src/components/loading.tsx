import { Spinner } from '@fluentui/react-components'
import { ProblemNotice } from './problem-notice.tsx'

/** Stands in for what is not there yet: a spinner, or why it will not come. */
export function Loading({ error, label = 'Loading' }: { error?: unknown; label?: string }) {
  return error ? <ProblemNotice error={error} /> : <Spinner label={label} labelPosition="after" />
}
