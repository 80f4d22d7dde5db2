import { describe, expect, it } from 'vitest'
import type { DutyOf } from '@/api/types'
import { byPlace, ways } from '@/round/route'

const duty = (id: string, place: string, due: string, member = 'm1'): DutyOf =>
  ({
    unit: 'WT',
    record: { id, kind: 'visit', number: id, links: place ? { home: { id: `h${id}`, label: place } } : {} },
    to_do: { duty: 'visit', occurrence: 1, due_at: due, start_at: due, holder: { type: 'member', id: member } },
  }) as unknown as DutyOf

const placeOf = (it: DutyOf) => Object.values(it.record.links ?? {})[0]?.label ?? ''
const all = [
  duty('a', '2-1-101', '2026-03-05'),
  duty('b', '1-1-1002', '2026-03-05'),
  duty('c', '1-1-902', '2026-03-04'),
  duty('d', '', '2026-03-04'),
  duty('e', '1-2-101', '2026-03-06'),
  duty('g', '1-1-902', '2026-03-05'),
  duty('c', '1-1-902', '2026-03-05'),
  duty('f', '1-1-101', '2026-03-05', 'm2'),
]

describe('the way of a day', () => {
  it('goes by buildings, entrances and rooms, each record once, to what is due by the day', () => {
    const found = ways(all, (at) => at <= Date.parse('2026-03-05'), placeOf)
    expect(found.map((it) => it.stops.map((stop) => stop.place))).toEqual([
      ['1-1-902', '1-1-1002', '2-1-101'],
      ['1-1-101'],
    ])
    expect(found.map((it) => it.key)).toEqual(['m1', 'm2'])
    expect(found[0]?.stops[0]?.duties.map((it) => it.record.id)).toEqual(['c', 'g'])
  })
  it('leaves what has no place at the end', () => {
    expect(byPlace(all, placeOf).map((it) => it.record.id)).toEqual(['f', 'c', 'g', 'c', 'b', 'e', 'a', 'd'])
  })
})
