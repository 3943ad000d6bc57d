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
  /** The question, which names what or whom it is about. */
  title: string
  /** Whom it hits, and what becomes of them. */
  children: ReactNode
  confirmLabel: string
  dismissLabel?: string
  /** What it will do is under way. */
  isBusy: boolean
  /** Whom it hits is not known yet. */
  isWaiting?: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
}

/**
 * Asks once before something is taken away (S58). Stays mounted while closed, so that focus goes back to where it came
 * from.
 */
export function ConfirmDialog({ isOpen, isBusy, isWaiting = false, error, onConfirm, onClose, ...asked }: Properties) {
  // What was asked stays to be read while the dialog fades out.
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
