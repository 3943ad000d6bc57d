import { Link, MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import type { AccountWarning } from '@jackfield/contract/microsoft/microsoft-account'

const INTENTS = { critical: 'error', warning: 'warning', info: 'info' } as const

/** Warnings that need action, from the clock or from the last test. */
export function AccountWarnings({ warnings }: { warnings: readonly AccountWarning[] }) {
  return (
    <section aria-label="Warnings">
      {warnings.map(({ code, check, severity, message, remedy, link }) => (
        <MessageBar key={`${code} ${check ?? ''}`} intent={INTENTS[severity]} layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{message}</MessageBarTitle> {remedy}{' '}
            {link && (
              <Link href={link} target="_blank" rel="noreferrer">
                Open it in Entra ID
              </Link>
            )}
          </MessageBarBody>
        </MessageBar>
      ))}
    </section>
  )
}
