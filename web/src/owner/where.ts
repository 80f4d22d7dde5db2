/** Which of the few pages is shown: it stands in the address, so that the back button and a link from a message work. */

import { useSyncExternalStore } from 'react'

export type Where =
  | { page: 'home' }
  | { page: 'new'; kind: string }
  | { page: 'matter'; record: string }
  | { page: 'board'; kind: string }
  | { page: 'shown'; kind: string; record: string }
  | { page: 'me' }

const BASE = '/owner'
const listeners = new Set<() => void>()

export function where(path: string): Where {
  const [, page, name, record] = path.slice(BASE.length).split('/')
  if (page === 'new' && name) return { page, kind: decodeURIComponent(name) }
  if (page === 'matter' && name) return { page, record: decodeURIComponent(name) }
  if (page === 'board' && name) {
    const kind = decodeURIComponent(name)
    return record ? { page: 'shown', kind, record: decodeURIComponent(record) } : { page, kind }
  }
  return page === 'me' ? { page } : { page: 'home' }
}

export function pathOf(it: Where): string {
  switch (it.page) {
    case 'new':
      return `${BASE}/new/${encodeURIComponent(it.kind)}`
    case 'matter':
      return `${BASE}/matter/${encodeURIComponent(it.record)}`
    case 'board':
      return `${BASE}/board/${encodeURIComponent(it.kind)}`
    case 'shown':
      return `${BASE}/board/${encodeURIComponent(it.kind)}/${encodeURIComponent(it.record)}`
    case 'me':
      return `${BASE}/me`
    case 'home':
      return BASE
  }
}

export function go(to: Where, replace = false): void {
  if (replace) history.replaceState(null, '', pathOf(to))
  else history.pushState(null, '', pathOf(to))
  scrollTo({ top: 0 })
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

export const useWhere = (): Where => where(useSyncExternalStore(subscribe, () => location.pathname))
