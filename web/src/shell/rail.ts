/** Which kinds stand in the rail: those with duties, most work first; the others behind "more". Pure. */

import type { KindRow } from '@/api/types'
import { everyday } from '@/intake/kinds'

export interface RailItem {
  kind: KindRow
  open: number
}

const MOST = 7

export function rail(
  kinds: readonly KindRow[],
  counts: readonly { kind: string; records: number }[],
  /** Of the reader; absent: everything is his business. */
  posts: ReadonlySet<string> | null = null,
): { matters: RailItem[]; registers: RailItem[] } {
  const open = new Map<string, number>()
  for (const it of counts) open.set(it.kind, (open.get(it.kind) ?? 0) + it.records)
  const items = kinds.map((kind): RailItem => ({ kind, open: kind.numbered ? (open.get(kind.kind) ?? 0) : 0 }))
  const his = ({ kind }: RailItem) =>
    posts === null || [...kind.opened_by, ...kind.worked_by].some((it) => posts.has(it) || it === 'anyone')
  const matters = items.filter((it) => it.kind.numbered && it.kind.duties > 0 && !it.kind.role && his(it))
  // By how much a kind has to do, so that the order is the same on a quiet day.
  const theirs = everyday(kinds)
  const shown = [...matters]
    .sort(
      (a, b) =>
        Number(b.kind.customers) - Number(a.kind.customers) ||
        theirs.indexOf(a.kind) - theirs.indexOf(b.kind) ||
        b.kind.duties - a.kind.duties ||
        a.kind.kind.localeCompare(b.kind.kind),
    )
    .slice(0, MOST)
  return { matters: shown, registers: items.filter((it) => !shown.includes(it)) }
}
