/** The key presses of a page go through one listener; pages add their bindings while they are shown. */

import { useEffect, useRef, useSyncExternalStore } from 'react'
import { settings } from '@/app/settings'
import { type Binding, find } from './match'

export type { Binding }

let bindings: readonly Binding[] = []
const listeners = new Set<() => void>()
let first: string | null = null
let forget: ReturnType<typeof setTimeout> | undefined

function set(next: readonly Binding[]): void {
  bindings = next
  for (const listener of listeners) listener()
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement)
    return !target.readOnly && !/^(checkbox|radio|button|submit|range)$/.test(target.type)
  return target instanceof HTMLTextAreaElement || target.isContentEditable || target.getAttribute('role') === 'combobox'
}

/** A control that has the focus takes Enter and Space itself. */
function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('a,button,summary,select,[role=option],[role=menuitem]') !== null
  )
}

export function begin(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return
    if (event.key === 'Enter' && !event.ctrlKey && isControl(event.target)) return
    const found = find(
      bindings,
      {
        key: event.key,
        ctrl: event.ctrlKey,
        alt: event.altKey,
        meta: event.metaKey,
        composing: event.isComposing || event.keyCode === 229,
        typing: isTyping(event.target),
      },
      first,
      settings().singleKeys,
    )
    first = found.first
    clearTimeout(forget)
    if (first) {
      forget = setTimeout(() => {
        first = null
      }, 1500)
    }
    if (found.binding || found.first) event.preventDefault()
    found.binding?.run()
  }
  document.addEventListener('keydown', press)
  return () => document.removeEventListener('keydown', press)
}

/** Binds keys while the component is shown; the newest binding of a key wins. */
export function useKeys(mine: readonly Binding[]): void {
  const latest = useRef(mine)
  latest.current = mine
  const names = mine.map((it) => `${it.keys}:${it.label}`).join('|')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys and their labels say when the list is another; what they do is read from `latest`.
  useEffect(() => {
    const added = latest.current.map((it, at): Binding => ({ ...it, run: () => latest.current[at]?.run() }))
    set([...bindings, ...added])
    return () => set(bindings.filter((it) => !added.includes(it)))
  }, [names])
}

export const useBindings = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => bindings,
  )
