import { useEffect, useState } from 'react'

const ACTIVE_MS = 10 * 60_000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'focus'] as const

/**
 * Whether the page was used in the last ten minutes. Polling stops otherwise: every request extends the session, which
 * must end an hour after its last use.
 */
export function useRecentActivity(): boolean {
  const [isActive, setActive] = useState(true)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const notice = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setActive(false), ACTIVE_MS)
      setActive(true)
    }
    notice()
    for (const sign of SIGNS) window.addEventListener(sign, notice, { passive: true })
    return () => {
      clearTimeout(timer)
      for (const sign of SIGNS) window.removeEventListener(sign, notice)
    }
  }, [])
  return isActive
}
