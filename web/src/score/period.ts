/** Names of periods: 2026-03, 2026-Q1, 2026-W14, 2026. Pure. */

import { civil } from '@/clock/day'
import { DAY } from '@/clock/span'
import type { Words } from '@/words'

export function periodOf(length: string, at: number, zone: string): string {
  const it = civil(at, zone)
  const two = (n: number) => String(n).padStart(2, '0')
  switch (length) {
    case 'year':
      return String(it.year)
    case 'quarter':
      return `${it.year}-Q${Math.ceil(it.month / 3)}`
    case 'week': {
      // ISO 8601: the week belongs to the year of its Thursday.
      const day = Date.UTC(it.year, it.month - 1, it.day)
      const thursday = day + (3 - ((it.weekday + 6) % 7)) * DAY
      const year = new Date(thursday).getUTCFullYear()
      return `${year}-W${two(1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY)))}`
    }
    default:
      return `${it.year}-${two(it.month)}`
  }
}

/** The months up to now, this one first. */
export function recent(length: string, at: number, zone: string, count: number): string[] {
  const step = length === 'year' ? 366 : length === 'quarter' ? 92 : length === 'week' ? 7 : 31
  const found: string[] = []
  for (let back = 0; found.length < count && back < count * step * 2; back += length === 'week' ? 7 : 15) {
    const name = periodOf(length, at - back * DAY, zone)
    if (!found.includes(name)) found.push(name)
  }
  return found
}

/** 2026 年 3 月, Mar 2026; others keep their name. */
export function periodText(name: string, words: Words): string {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(name) ?? []
  return year && month ? words.day.month(Number(year), Number(month)) : name
}
