/** What lost points, and what a duty is worth: the server's differences of rounded values (S8.1), found again by duty. Pure. */

import type { DutyOf, LossesOf, LossItem } from '@/api/types'
import { asNumber, sum } from '@/design/number'

export interface WorthOf {
  clause: string
  lose?: string
  lost?: string
}

const key = (record: string, judged: string, occurrence: number) => `${record} ${judged} ${occurrence}`

/** By duty; where several clauses look at one duty, the one in which most is at stake. */
export function worths(losses: LossesOf): ReadonlyMap<string, WorthOf> {
  const found = new Map<string, WorthOf>()
  const take = (it: LossItem, worth: WorthOf) => {
    const { record, judged, occurrence } = it.item
    if (!judged || occurrence === undefined) return
    const name = key(record, judged, occurrence)
    const known = found.get(name)
    const of = (one: WorthOf) => asNumber(one.lose ?? one.lost ?? '0')
    if (!known || of(known) < of(worth)) found.set(name, worth)
  }
  for (const it of losses.lost) take(it, { clause: it.clause, lost: it.item.costs ?? '0.00' })
  for (const it of losses.pending) take(it, { clause: it.clause, lose: it.item.worth ?? '0.00' })
  return found
}

export function worthOf(found: ReadonlyMap<string, WorthOf>, duty: DutyOf): WorthOf | undefined {
  const it = duty.to_do
  return it ? found.get(key(duty.record.id, `${duty.record.kind}/${it.duty}`, it.occurrence)) : undefined
}

export interface Keep {
  clause: string
  title: { zh: string; en: string }
  count: number
  worth: string
}

/** What can be kept by the end of the day, by clause; most first. One duty alone is told as the server told it. */
export function toKeep(losses: LossesOf, dayEnd: number): Keep[] {
  const found = new Map<string, LossItem[]>()
  for (const it of losses.pending) {
    if (!it.item.due_at || Date.parse(it.item.due_at) > dayEnd) continue
    found.set(it.clause, [...(found.get(it.clause) ?? []), it])
  }
  return [...found]
    .map(([clause, all]) => ({
      clause,
      title: all[0]?.title ?? { zh: '', en: '' },
      count: all.length,
      worth: sum(all.map((it) => it.item.worth ?? '0')),
    }))
    .sort((a, b) => asNumber(b.worth) - asNumber(a.worth))
}
