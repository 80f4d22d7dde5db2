/** One stream of events a tab: what changed is marked, so that what is shown is read again and the rest when it is needed. */

import type { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { RecordRow } from './types'

const VOLATILE = ['records', 'duties', 'counts', 'cards', 'card', 'evidence', 'published']

/** A list that somebody has scrolled this far down is not read again from its beginning: what changed is changed in it. */
const DEEP = 4

interface Pages {
  pages: { records: RecordRow[] }[]
}

const deep = (data: unknown): data is Pages => {
  const pages = (data as Partial<Pages> | undefined)?.pages
  return Array.isArray(pages) && pages.length > DEEP
}

/** The pages with the rows that changed; the same object where none of them is there. */
export function patched<T extends Pages>(data: T, rows: ReadonlyMap<string, RecordRow>): T {
  let changed = false
  const pages = data.pages.map((page) => {
    if (!page.records.some((it) => rows.has(it.id))) return page
    changed = true
    return { ...page, records: page.records.map((it) => ({ ...it, ...rows.get(it.id) })) }
  })
  return changed ? { ...data, pages } : data
}

export function useLive(unit: string | undefined, queries: QueryClient): void {
  useEffect(() => {
    if (!unit) return
    let source: EventSource | null = null
    let later: ReturnType<typeof setTimeout> | undefined
    const rows = new Map<string, RecordRow>()
    // A burst of changes is one reading.
    const mark = () => {
      clearTimeout(later)
      later = setTimeout(() => {
        queries.setQueriesData<Pages>({ predicate: (it) => deep(it.state.data) }, (it) => it && patched(it, rows))
        rows.clear()
        void queries.invalidateQueries({
          predicate: (it) => VOLATILE.includes(String(it.queryKey[0])) && !deep(it.state.data),
        })
      }, 200)
    }
    const records = (event: MessageEvent<string>) => {
      try {
        const told = JSON.parse(event.data) as { records?: RecordRow[] }
        for (const row of told.records ?? []) {
          rows.set(row.id, row)
          for (const name of [row.id, row.number]) {
            for (const what of ['record', 'journal', 'clocks'])
              void queries.invalidateQueries({ queryKey: [what, unit, name] })
          }
        }
      } catch {
        // Whatever it said, something changed.
      }
      mark()
    }
    const open = () => {
      if (source || document.hidden) return
      source = new EventSource(`/api/units/${encodeURIComponent(unit)}/events`)
      source.addEventListener('records', records)
      source.addEventListener('reminders', () => void queries.invalidateQueries({ queryKey: ['reminders'] }))
      source.addEventListener('reset', () => void queries.invalidateQueries())
    }
    const shut = () => {
      source?.close()
      source = null
    }
    // A hidden tab listens to nothing and catches up when it is looked at.
    const turn = () => {
      if (document.hidden) shut()
      else {
        open()
        mark()
      }
    }
    open()
    document.addEventListener('visibilitychange', turn)
    return () => {
      document.removeEventListener('visibilitychange', turn)
      clearTimeout(later)
      shut()
    }
  }, [unit, queries])
}
