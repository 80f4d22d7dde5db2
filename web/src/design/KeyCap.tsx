import type { ReactNode } from 'react'

/** What a key does is printed on the control itself; a screen reader gets it from `aria-keyshortcuts`. */
export function KeyCap({ children }: { children: ReactNode }) {
  return (
    <kbd className="cap" aria-hidden="true">
      {children}
    </kbd>
  )
}
