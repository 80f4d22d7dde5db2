/** The homes of a grid as they are walked, and steps on many of them at once. Pure. */

import type { KindOf, RecordRow } from '@/api/types'

/** So many steps go into one request. */
export const AT_ONCE = 100

export interface Group {
  name: string
  rows: RecordRow[]
}

const said = (row: RecordRow, field: string): string => String(row.data?.[field] ?? '')

/** Homes of a grid by building and entrance, in the order of their labels: 2 stands before 10. */
export function groups(rows: readonly RecordRow[], grid: string): Group[] {
  const order = new Intl.Collator('zh', { numeric: true })
  const found = new Map<string, RecordRow[]>()
  for (const row of [...rows].sort((a, b) => order.compare(a.label, b.label))) {
    if (said(row, 'grid') !== grid || row.closed_at) continue
    const name = [said(row, 'building'), said(row, 'entrance')].filter(Boolean).join('-')
    found.set(name, [...(found.get(name) ?? []), row])
  }
  return [...found].map(([name, rows]) => ({ name, rows })).sort((a, b) => order.compare(a.name, b.name))
}

/** The step that puts a home into another grid: it asks for nothing else. */
export const movesGrid = (kind: KindOf | undefined): string | undefined =>
  kind?.steps.find((it) => it.form.length === 1 && it.form[0]?.field === 'grid')?.name

/** The last whole day of who hands over, where somebody else begins on `day`. */
export function dayBefore(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() - 1)
  return at.toISOString().slice(0, 10)
}

export function portions<T>(all: readonly T[], size: number): T[][] {
  const found: T[][] = []
  for (let at = 0; at < all.length; at += size) found.push(all.slice(at, at + size))
  return found
}
