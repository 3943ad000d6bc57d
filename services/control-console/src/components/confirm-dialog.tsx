import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Spinner,
} from '@fluentui/react-components'
import { type ReactNode, useRef } from 'react'
import { ProblemNotice } from './problem-notice.tsx'

type Properties = {
  isOpen: boolean
  /** The question, with the name of what or who is affected. */
  title: string
  /** Who is affected, and how. */
  children: ReactNode
  confirmLabel: string
  dismissLabel?: string
  /** The confirmed action is running. */
  isBusy: boolean
  /** Who is affected is still loading. */
  isWaiting?: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
}

/**
 * Asks before something is taken away (S58). Stays mounted while closed, so that focus returns to the element it came
 * from.
 */
export function ConfirmDialog({ isOpen, isBusy, isWaiting = false, error, onConfirm, onClose, ...asked }: Properties) {
  // Keeps the question visible while the dialog fades out.
  const shown = useRef(asked)
  if (isOpen) shown.current = asked
  const { title, children, confirmLabel, dismissLabel = 'Cancel' } = shown.current
  return (
    <Dialog open={isOpen} modalType="alert" onOpenChange={(_, { open }) => !open && !isBusy && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {children}
            <ProblemNotice error={error} />
          </DialogContent>
          <DialogActions fluid>
            <Button disabled={isBusy} onClick={onClose}>
              {dismissLabel}
            </Button>
            <Button
              appearance="primary"
              disabledFocusable={isBusy || isWaiting}
              {...(isBusy && { icon: <Spinner size="tiny" /> })}
              onClick={onConfirm}
            >
              {confirmLabel}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
