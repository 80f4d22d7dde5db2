/** What is typed, once the fingers rest: a search asks once for a word and not for each of its letters. */

import { useEffect, useState } from 'react'

/** Milliseconds: longer than between two keys of one word, shorter than anybody waits for. */
const REST = 180

export function useSettled(typed: string, rest = REST): string {
  const [settled, settle] = useState(typed)
  useEffect(() => {
    const later = setTimeout(() => settle(typed), rest)
    return () => clearTimeout(later)
  }, [typed, rest])
  // What was emptied is empty at once.
  return typed === '' ? '' : settled
}
