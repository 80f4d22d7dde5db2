/** The Idempotency-Key of a form: the same for the same content, so that pressing again after a lost answer registers nothing twice. */

import { useRef } from 'react'
import { newKey } from '@/api/client'

export function onceKey(make: () => string): (content: unknown) => string {
  let last: { text: string; key: string } | null = null
  return (content) => {
    const text = JSON.stringify(content)
    if (last?.text !== text) last = { text, key: make() }
    return last.key
  }
}

export function useOnceKey(): (content: unknown) => string {
  const keys = useRef<((content: unknown) => string) | null>(null)
  keys.current ??= onceKey(newKey)
  return keys.current
}
