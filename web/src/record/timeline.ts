/** The journal as people read it: one line a happening, with both times where it was written down later. Pure. */

import type { EntryOf, KindOf } from '@/api/types'

export interface Line {
  seq: number
  title: { zh: string; en: string } | null
  step: string
  at: number
  /** Written down later than it happened. */
  recordedAt: number | null
  dayOnly: boolean
  who: string
  behalf: string
  waits: boolean
  fields: [string, unknown][]
  reason: string
  correction: boolean
  /** Who signed beside; a party is known by what the record links. */
  signed: { id: string; name: string; how: string; note: string }[]
  hash: string
}

/** Minutes after which an entry is one that was written down later. */
const LATE = 2 * 60_000

export function lineOf(entry: EntryOf, kind: KindOf): Line {
  const recorded = Date.parse(entry.recorded_at)
  const dayOnly = /^\d{4}-\d{2}-\d{2}$/.test(entry.occurred_at)
  const at = Date.parse(entry.occurred_at)
  const to = [kind.open, ...kind.steps].find((it) => it.name === entry.step)?.to
  return {
    seq: entry.seq,
    title: entry.title ?? null,
    step: entry.step,
    at,
    recordedAt: recorded - at > LATE ? recorded : null,
    dayOnly,
    who: 'name' in entry.by ? (entry.by.name ?? '') : '',
    behalf: entry.recorded_by?.name ?? '',
    waits: kind.states.some((it) => it.name === to && it.waits !== undefined),
    fields: Object.entries(entry.data),
    reason: entry.reason ?? '',
    correction: entry.change !== undefined && 'correct' in entry.change,
    signed: (entry.signatures ?? []).map(({ by, how, note }) => ({
      id: 'id' in by ? by.id : '',
      name: 'name' in by ? (by.name ?? '') : '',
      how,
      note: note ?? '',
    })),
    hash: entry.hash,
  }
}

/** The main points: what moved the matter, a wait, a photo, what was said; without the system's own steps. */
export function highlights(lines: readonly Line[], entries: readonly EntryOf[]): Line[] {
  return lines.filter((line, at) => {
    const entry = entries[at]
    return entry !== undefined && (line.title !== null || line.reason !== '') && entry.by.type !== 'system'
  })
}
