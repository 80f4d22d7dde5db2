/** A list that was opened over the page closes when something beside it is pressed, or Escape is. */

import { useEffect, useRef } from 'react'

export function useShutOutside() {
  const list = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const shut = () => {
      if (list.current?.open) list.current.open = false
    }
    const outside = (event: Event) => {
      if (!list.current?.contains(event.target as Node)) shut()
    }
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !list.current?.open) return
      shut()
      list.current.querySelector('summary')?.focus()
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('keydown', key)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('keydown', key)
    }
  }, [])
  return list
}
