import { useState } from 'react'

/** A text kept in this browser between visits. Never for secrets. */
export function useRemembered(key: string) {
  const [remembered] = useState(() => localStorage.getItem(key) ?? '')
  return [remembered, (value: string) => localStorage.setItem(key, value)] as const
}
