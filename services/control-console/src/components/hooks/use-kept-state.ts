import { useEffect, useState } from 'react'

/** State that survives a reload of this tab. Never for secrets. */
export function useKeptState<Value extends Record<string, string>>(key: string, initial: Value) {
  const [value, setValue] = useState<Value>(() => ({ ...initial, ...readKept(key) }))
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(value)), [key, value])
  const forget = () => sessionStorage.removeItem(key)
  return [value, setValue, forget] as const
}

function readKept(key: string): Record<string, string> {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}')
  } catch {
    return {}
  }
}
