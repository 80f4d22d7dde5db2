/** What is typed outlives a reload of the page and an ended session: it is kept in the tab until it is submitted. */

import { useEffect, useState } from 'react'

/** `first`: what was kept is passed over. */
export function useDraft<T>(
  key: string,
  first: () => T,
  from: 'kept' | 'first' = 'kept',
): [T, (next: T | ((was: T) => T)) => void, () => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      const kept = from === 'kept' ? sessionStorage.getItem(key) : null
      return kept ? (JSON.parse(kept) as T) : first()
    } catch {
      return first()
    }
  })
  const [changed, setChanged] = useState(false)
  useEffect(() => {
    if (!changed) return
    try {
      sessionStorage.setItem(key, JSON.stringify(value))
    } catch {
      // No room: what is typed lives as long as the page.
    }
  }, [key, value, changed])
  const set = (next: T | ((was: T) => T)) => {
    setChanged(true)
    setValue(next)
  }
  const drop = () => {
    sessionStorage.removeItem(key)
    setChanged(false)
  }
  return [value, set, drop]
}
