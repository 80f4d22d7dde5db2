/** The day as a ribbon: working hours with their break, now, and what is due at a fixed time. */

import { useQuery } from '@tanstack/react-query'
import { calendarsQuery } from '@/api/ask'
import { civil, hourMinute } from '@/clock/day'
import { DayRibbon } from '@/clock/ribbons'
import { DAY } from '@/clock/span'
import { useWords } from '@/words'
import { hoursOn } from './morning'

export interface DueAt {
  at: number
  title: string
  soon: boolean
}

const MOST = 3
const APART = 75 * 60_000

export function Today({
  due,
  dayEnd,
  now,
  zone,
}: {
  due: readonly DueAt[]
  dayEnd: number
  now: number
  zone: string
}) {
  const words = useWords()
  const { data } = useQuery(calendarsQuery)
  const periods = Object.values(data?.hours ?? {})[0]?.[0]?.periods
  if (!periods) return null
  const midnight = dayEnd - DAY
  const hours = hoursOn(midnight, periods)
  const first = hours[0]
  const last = hours.at(-1)
  if (!first || !last) return null
  const start = first.from
  const times = new Map<number, DueAt[]>()
  for (const it of due) if (it.at > now && it.at < dayEnd) times.set(it.at, [...(times.get(it.at) ?? []), it])
  const marks = [...times]
    .sort(([a], [b]) => a - b)
    .filter(([at], index, all) => {
      // Words that would lie on each other are left out: the list below says it all.
      const before = index === 0 ? now : (all[index - 1]?.[0] ?? now)
      return at - before >= APART
    })
    .slice(0, MOST)
    .map(([at, all]) => ({
      at,
      text: words.home.mark(hourMinute(civil(at, zone)), all[0]?.title ?? '', all.length),
      kind: all.some((it) => it.soon) ? ('soon' as const) : ('due' as const),
    }))
  const last24 = due.filter((it) => it.at === dayEnd).length
  return (
    <DayRibbon
      start={start}
      shiftEnd={last.until}
      end={dayEnd}
      now={now}
      breaks={hours.slice(1).flatMap((it, at) => {
        const before = hours[at]
        return before ? [{ from: before.until, until: it.from }] : []
      })}
      marks={last24 > 0 ? [...marks, { at: dayEnd, text: words.home.byMidnight(last24), kind: 'due' as const }] : marks}
      zone={zone}
    />
  )
}
