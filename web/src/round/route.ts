/** A day's way: what is due, by who goes there, in the order in which places stand. Pure. */

import type { DutyOf } from '@/api/types'

/** A place, and what is due there. */
export interface Stop {
  place: string
  duties: DutyOf[]
}

export interface Way {
  /** Id of who goes there; a pool's post, or empty where nobody does yet. */
  key: string
  holder: NonNullable<DutyOf['to_do']>['holder']
  stops: Stop[]
}

const inOrder = (a: string, b: string) => a.localeCompare(b, 'zh', { numeric: true })

const keyOf = (holder: Way['holder']): string =>
  holder.type === 'pool' ? `pool:${holder.post}` : holder.type === 'unit' ? '' : holder.id

/** What `isDue` by the day, late ones too, each place and record once; homes in the order of buildings, entrances, floors, rooms. */
export function ways(
  duties: readonly DutyOf[],
  isDue: (dueAt: number) => boolean,
  placeOf: (duty: DutyOf) => string,
): Way[] {
  const found = new Map<string, Way>()
  const seen = new Set<string>()
  for (const duty of duties) {
    const it = duty.to_do
    const place = placeOf(duty)
    if (!it || place === '' || !isDue(Date.parse(it.due_at)) || seen.has(duty.record.id)) continue
    seen.add(duty.record.id)
    const key = keyOf(it.holder)
    const way = found.get(key) ?? { key, holder: it.holder, stops: [] }
    const stop = way.stops.find((it) => it.place === place)
    if (stop) stop.duties.push(duty)
    else way.stops.push({ place, duties: [duty] })
    found.set(key, way)
  }
  for (const way of found.values()) way.stops.sort((a, b) => inOrder(a.place, b.place))
  return [...found.values()].sort((a, b) => b.stops.length - a.stops.length || inOrder(a.key, b.key))
}

/** Duties in the order of their places; what has none stays at the end, as it came. */
export const byPlace = (duties: readonly DutyOf[], placeOf: (duty: DutyOf) => string): DutyOf[] => [
  ...duties.filter((it) => placeOf(it) !== '').sort((a, b) => inOrder(placeOf(a), placeOf(b))),
  ...duties.filter((it) => placeOf(it) === ''),
]
