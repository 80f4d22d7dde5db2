/** What a manager looks at in the morning: who has not come, and hours that nobody covers. Pure. */

import type { CalendarYear } from '@/api/types'
import { type Civil, isoDay } from '@/clock/day'

export interface Span {
  from: number
  until: number
}

export interface ShiftOn extends Span {
  id: string
  who: string
  /** Nobody has come yet. */
  planned: boolean
}

/** Parts of the hours that no shift covers, from an instant on; what is shorter than a quarter of an hour is no gap. */
export function uncovered(hours: readonly Span[], shifts: readonly Span[], from: number): Span[] {
  const LEAST = 15 * 60_000
  const covered = [...shifts].sort((a, b) => a.from - b.from)
  const found: Span[] = []
  for (const open of hours) {
    let at = Math.max(open.from, from)
    for (const it of covered) {
      if (it.until <= at || it.from >= open.until) continue
      if (it.from - at >= LEAST) found.push({ from: at, until: it.from })
      at = Math.max(at, it.until)
    }
    if (open.until - at >= LEAST) found.push({ from: at, until: open.until })
  }
  return found
}

/** Those whose shift has begun without them. */
export const notCome = (shifts: readonly ShiftOn[], now: number): ShiftOn[] =>
  shifts.filter((it) => it.planned && it.from <= now && it.until > now)

/** Whether people work on a day: what the year's calendar says of it, else Monday to Friday. */
export function isWorkday(
  day: Pick<Civil, 'year' | 'month' | 'day' | 'weekday'>,
  years: readonly CalendarYear[],
): boolean {
  const name = isoDay(day)
  if (years.some((it) => it.holidays.includes(name))) return false
  if (years.some((it) => it.make_up_days.includes(name))) return true
  return day.weekday !== 0 && day.weekday !== 6
}

/** Opening hours of a day, as minutes since its midnight, on the clock. */
export function hoursOn(midnight: number, periods: readonly (readonly number[])[]): Span[] {
  return periods.flatMap(([from, until]) =>
    from === undefined || until === undefined
      ? []
      : [{ from: midnight + from * 60_000, until: midnight + until * 60_000 }],
  )
}
