/** Windows of a chart: which days are asked for, what a window is called, which outcomes are drawn. Pure. */

import type { FigureOf, Outcome } from '@/api/types'
import { type Civil, isoDay } from '@/clock/day'
import { DAY } from '@/clock/span'
import type { Words } from '@/words'

export const lengths = ['day', 'week', 'month'] as const
export type Length = (typeof lengths)[number]

/** As they are stacked: what went well at the foot. */
export const outcomes: readonly Outcome[] = ['met', 'missed', 'excused', 'exempt', 'withdrawn']

export interface Asked {
  kind?: string | undefined
  by: Length
  from: string
  to: string
  /** Whose rows are open: an outcome of the window that begins on a day. */
  outcome?: Outcome | undefined
  on?: string | undefined
}

/** Windows up to now that are drawn if nobody chose: a month of days, a quarter of weeks, a year of months. */
export function usual(by: Length, today: Civil): { from: string; to: string } {
  const at = (months: number, days: number) => {
    const it = new Date(Date.UTC(today.year, today.month - 1 - months, months ? 1 : today.day) - days * DAY)
    return isoDay({ year: it.getUTCFullYear(), month: it.getUTCMonth() + 1, day: it.getUTCDate() })
  }
  const from = by === 'month' ? at(11, 0) : at(0, by === 'week' ? 7 * 11 : 29)
  return { from, to: isoDay(today) }
}

const isDay = (it: unknown): it is string => typeof it === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(it)

/** What an address asks for; what it does not say is as usual. */
export function askedOf(search: Record<string, unknown>, today: Civil): Asked {
  const by = lengths.find((it) => it === search.by) ?? 'week'
  const days = usual(by, today)
  return {
    kind: typeof search.kind === 'string' ? search.kind : undefined,
    by,
    from: isDay(search.from) ? search.from : days.from,
    to: isDay(search.to) ? search.to : days.to,
    outcome: outcomes.find((it) => it === search.outcome),
    on: isDay(search.on) ? search.on : undefined,
  }
}

/** 3 月 4 日; 3 月 2 日–8 日 as 3-2–3-8 under a mark, where there is no room; 2026 年 3 月. */
export function windowText(it: Pick<FigureOf, 'window' | 'from' | 'to'>, words: Words): string {
  const [year = 0, month = 0, day = 0] = it.from.split('-').map(Number)
  if (it.from === it.to) return words.day.date(month, day)
  if (it.window.includes('W')) {
    const [, last = 0, lastDay = 0] = it.to.split('-').map(Number)
    return words.figures.days(words.day.date(month, day), words.day.date(last, lastDay))
  }
  return words.day.month(year, month)
}

/** Short enough to stand under its mark. */
export function tick(it: Pick<FigureOf, 'window' | 'from' | 'to'>): string {
  const [year = '', month = '', day = ''] = it.from.split('-')
  return it.from === it.to || it.window.includes('W') ? `${Number(month)}-${Number(day)}` : `${year}-${month}`
}

/** Of what counts: what an excuse, a rule or a withdrawal took out is neither. `null` where nothing counts. */
export function shareMet(of: Record<string, number>): number | null {
  const met = of.met ?? 0
  const all = met + (of.missed ?? 0)
  return all === 0 ? null : met / all
}
