/** The order of a phone's list: what was given to oneself before what waits for anybody of a post. Pure. */

import type { DutyOf, RecordRow } from '@/api/types'

/** Records that are given to oneself, as duties: each by the one that is due first. */
export const dutiesOf = (unit: string, rows: readonly RecordRow[]): DutyOf[] =>
  rows.flatMap((record) => (record.next ? [{ unit, record, to_do: record.next }] : []))

const name = (it: DutyOf) => `${it.record.id}:${it.to_do?.duty}:${it.to_do?.occurrence}`

/** The list with what it was too short for. */
export function withOwn(all: readonly DutyOf[], own: readonly DutyOf[]): DutyOf[] {
  const there = new Set(all.map(name))
  const due = (it: DutyOf) => Date.parse(it.to_do?.due_at ?? '')
  return [...all, ...own.filter((it) => !there.has(name(it))).sort((a, b) => due(a) - due(b))]
}

/** Given to oneself: the duty itself, or the record that it belongs to, unless that waits. */
export const isOwn = (it: DutyOf, member: string): boolean =>
  !it.record.waits &&
  (it.record.assignee?.id === member || (it.to_do?.holder.type === 'member' && it.to_do.holder.id === member))

/** A record once, by the duty that is due first; one's own first, the one that was chosen on top. */
export function ownFirst(duties: readonly DutyOf[], top: string | null, member: string | undefined): DutyOf[] {
  const found = new Map<string, DutyOf>()
  for (const it of duties) if (!found.has(it.record.id)) found.set(it.record.id, it)
  const mine = (it: DutyOf) => Number(member !== undefined && isOwn(it, member))
  const all = [...found.values()].sort((a, b) => mine(b) - mine(a))
  const chosen = all.find((it) => it.record.id === top)
  return chosen ? [chosen, ...all.filter((it) => it !== chosen)] : all
}
