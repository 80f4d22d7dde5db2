import { createContext, type ReactNode, useContext } from 'react'

/** Whether somebody sits at a desk, with a keyboard, and also writes down what happened before. `Desk` says so; a phone does not. */
export const AtDesk = createContext(false)
export const useAtDesk = () => useContext(AtDesk)

/** What a key does is printed on the control itself; a screen reader gets it from `aria-keyshortcuts`. A phone has no keys to print. */
export function KeyCap({ children }: { children: ReactNode }) {
  const atDesk = useAtDesk()
  return atDesk ? (
    <kbd className="cap" aria-hidden="true">
      {children}
    </kbd>
  ) : null
}
