import { useState } from 'react'

/** A text this browser remembers from visit to visit. Never a secret. */
export function useRemembered(key: string) {
  const [remembered] = useState(() => localStorage.getItem(key) ?? '')
  return [remembered, (value: string) => localStorage.setItem(key, value)] as const
}
