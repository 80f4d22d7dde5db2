/** Days and times of day in a unit's zone, worded as the trade words them: the end of a day is 24:00 of that day. */

import type { Words } from '@/words'
import { DAY } from './span'

export interface Civil {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  /** 0 is Sunday. */
  weekday: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone)
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, found)
  }
  return found
}

export function civil(at: number, zone: string): Civil {
  const parts = Object.fromEntries(
    format(zone)
      .formatToParts(at)
      .map((it) => [it.type, Number(it.value)]),
  ) as Record<string, number>
  const year = parts.year ?? 0
  const month = parts.month ?? 0
  const day = parts.day ?? 0
  return {
    year,
    month,
    day,
    hour: parts.hour ?? 0,
    minute: parts.minute ?? 0,
    second: parts.second ?? 0,
    weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(),
  }
}

/** Days since the epoch of a civil day. */
function dayNumber(it: Civil): number {
  return Math.floor(Date.UTC(it.year, it.month - 1, it.day) / DAY)
}

const two = (n: number) => String(n).padStart(2, '0')

export const hourMinute = (it: Civil) => `${it.hour}:${two(it.minute)}`
export const hourMinuteSecond = (it: Civil) => `${it.hour}:${two(it.minute)}:${two(it.second)}`

/** Today, yesterday, tomorrow, 3 月 28 日; the year only if it is another. */
export function dayName(it: Civil, today: Civil, words: Words): string {
  const apart = dayNumber(it) - dayNumber(today)
  if (apart === 0) return words.day.today
  if (apart === -1) return words.day.yesterday
  if (apart === 1) return words.day.tomorrow
  return it.year === today.year ? words.day.date(it.month, it.day) : words.day.fullDate(it.year, it.month, it.day)
}

/** When something happened: 10:23 today, 昨天 9:12, 3 月 16 日 9:12. */
export function when(at: number, now: number, zone: string, words: Words): string {
  const it = civil(at, zone)
  const today = civil(now, zone)
  const time = hourMinute(it)
  return dayNumber(it) === dayNumber(today) ? time : words.day.at(dayName(it, today, words), time)
}

/** When something ends: midnight is 24:00 of the day before. */
export function until(at: number, now: number, zone: string, words: Words): string {
  const it = civil(at, zone)
  if (it.hour === 0 && it.minute === 0 && it.second === 0) {
    const last = civil(at - 1, zone)
    return words.day.at(dayName(last, civil(now, zone), words), '24:00')
  }
  return when(at, now, zone, words)
}

/** A civil day as the wire writes it. */
export function isoDay(it: Pick<Civil, 'year' | 'month' | 'day'>): string {
  return `${it.year}-${two(it.month)}-${two(it.day)}`
}

/** A day of the wire, `2026-03-28`, as words. */
export function dayText(text: string, now: number, zone: string, words: Words): string {
  const [year, month, day] = text.split('-').map(Number)
  if (!year || !month || !day) return text
  const it: Civil = { year, month, day, hour: 0, minute: 0, second: 0, weekday: 0 }
  return dayName(it, civil(now, zone), words)
}
