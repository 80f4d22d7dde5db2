/** My duties in groups: first, today, later, paused. The server's order (due time, safety first) is kept within each. Pure. */

import type { DutyOf } from '@/api/types'
import { face } from '@/clock/face'
import { clockOf } from './facts'

export interface Groups {
  /** Overdue that still must be done, appointed, nearly due. */
  first: DutyOf[]
  today: DutyOf[]
  later: DutyOf[]
  paused: DutyOf[]
  overdue: number
}

const FIRST = 5

export function groups(duties: readonly DutyOf[], now: number, dayEnd: number): Groups {
  const found: Groups = { first: [], today: [], later: [], paused: [], overdue: 0 }
  for (const it of duties) {
    if (!it.to_do) continue
    const { state } = face(clockOf(it.to_do, it.record.waits), now)
    const due = Date.parse(it.to_do.due_at)
    if (state === 'overdue') found.overdue += 1
    if (state === 'paused') found.paused.push(it)
    else if ((state === 'overdue' || state === 'soon') && found.first.length < FIRST) found.first.push(it)
    else if (due <= dayEnd) found.today.push(it)
    else found.later.push(it)
  }
  return found
}

/** How many of a list are due by the end of the day, paused ones left out. */
export const dueToday = (it: Groups): number => it.first.length + it.today.length
