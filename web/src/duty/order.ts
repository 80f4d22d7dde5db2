/** My duties in groups: first, today, later, paused. The server's order (due time, safety first) is kept within each. Pure. */

import type { DutyOf } from '@/api/types'
import { face } from '@/clock/face'
import { clockOf } from './facts'

export interface Groups {
  /** Nearly due, then overdue that still must be done. */
  first: DutyOf[]
  today: DutyOf[]
  /** The rest of what is overdue. */
  late: DutyOf[]
  later: DutyOf[]
  paused: DutyOf[]
  overdue: number
}

const FIRST = 5

export function groups(duties: readonly DutyOf[], now: number, dayEnd: number): Groups {
  const found: Groups = { first: [], today: [], late: [], later: [], paused: [], overdue: 0 }
  const soon: DutyOf[] = []
  for (const it of duties) {
    if (!it.to_do) continue
    const { state } = face(clockOf(it.to_do, it.record.waits), now)
    const due = Date.parse(it.to_do.due_at)
    if (state === 'paused') found.paused.push(it)
    else if (state === 'soon' && due <= dayEnd) soon.push(it)
    else if (state === 'overdue') found.late.push(it)
    else if (due <= dayEnd) found.today.push(it)
    else found.later.push(it)
  }
  found.overdue = found.late.length
  found.first = [...soon, ...found.late].slice(0, Math.max(FIRST, soon.length))
  found.late = found.late.filter((it) => !found.first.includes(it))
  return found
}

/** How many of a list are due by the end of the day, paused ones left out. */
export const dueToday = (it: Groups): number => it.first.length + it.today.length + it.late.length
