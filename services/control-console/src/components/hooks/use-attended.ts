import { useEffect, useState } from 'react'

const ATTENDED_MS = 10 * 60_000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'focus'] as const

/**
 * Whether somebody has used this page within the last ten minutes. What asks again and again stops without: each
 * request counts as use of the session, which has to end by itself an hour after its person has left.
 */
export function useAttended(): boolean {
  const [isAttended, setAttended] = useState(true)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const notice = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setAttended(false), ATTENDED_MS)
      setAttended(true)
    }
    notice()
    for (const sign of SIGNS) window.addEventListener(sign, notice, { passive: true })
    return () => {
      clearTimeout(timer)
      for (const sign of SIGNS) window.removeEventListener(sign, notice)
    }
  }, [])
  return isAttended
}
