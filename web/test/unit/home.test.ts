import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DutyOf, LossItem } from '@/api/types'
import { hoursOn, isWorkday, notCome, type Span, uncovered } from '@/mine/morning'
import { toKeep, worthOf, worths } from '@/score/losses'

const MINUTE = 60_000
const title = { zh: '条款', en: 'Clause' }
const item = (clause: string, record: string, more: Partial<LossItem['item']>): LossItem => ({
  clause,
  title,
  item: {
    part: 0,
    record,
    number: record,
    project: 'WT',
    verdict: 'pending',
    reason: title,
    judged: 'repair/send',
    occurrence: 1,
    ...more,
  },
})
const duty = (record: string, name: string): DutyOf => ({
  unit: 'WT',
  record: {
    id: record,
    number: record,
    kind: 'repair',
    state: 'sent',
    version: 1,
    label: '',
    opened_at: '',
    duties: 1,
  },
  to_do: {
    duty: name,
    occurrence: 1,
    due_at: '',
    start_at: '',
    holder: { type: 'unit' },
    inclusive: false,
    late: false,
    paused: false,
    excused: false,
  },
})

describe('what a duty is worth', () => {
  const losses = {
    lost: [item('A5', 'r2', { verdict: 'missed', costs: '0.04' })],
    pending: [
      item('A2', 'r1', { worth: '0.10', due_at: '2026-03-31T12:00:00+08:00' }),
      item('B1', 'r1', { worth: '0.39', due_at: '2026-03-31T12:00:00+08:00' }),
      item('A2', 'r3', { worth: '0.18', due_at: '2026-04-02T12:00:00+08:00' }),
    ],
  }
  it('S8.1: is found by record, duty and occurrence, where several clauses look at it the largest', () => {
    const found = worths(losses)
    expect(worthOf(found, duty('r1', 'send'))).toEqual({ clause: 'B1', lose: '0.39' })
    expect(worthOf(found, duty('r2', 'send'))).toEqual({ clause: 'A5', lost: '0.04' })
    expect(worthOf(found, duty('r1', 'accept'))).toBeUndefined()
    expect(worthOf(found, duty('r9', 'send'))).toBeUndefined()
  })

  it('counts towards today only what is due today, most first', () => {
    const kept = toKeep(losses, Date.parse('2026-04-01T00:00:00+08:00'))
    expect(kept.map((it) => [it.clause, it.count, it.worth])).toEqual([
      ['B1', 1, '0.39'],
      ['A2', 1, '0.10'],
    ])
  })
})

describe('a day of work', () => {
  const year = { year: 2026, holidays: ['2026-10-01', '2026-10-03'], make_up_days: ['2026-10-10'] }
  it.each([
    ['a holiday on a Thursday', [2026, 10, 1, 4], [year], false],
    ['a holiday on a Saturday', [2026, 10, 3, 6], [year], false],
    ['a Saturday that is worked for it', [2026, 10, 10, 6], [year], true],
    ['any Monday', [2026, 10, 12, 1], [year], true],
    ['any Sunday', [2026, 10, 11, 0], [year], false],
    ['a Thursday of a year that nobody knows', [2036, 1, 3, 4], [], true],
  ] as [string, [number, number, number, number], (typeof year)[], boolean][])('%s', (_, on, years, works) => {
    const [year, month, day, weekday] = on
    expect(isWorkday({ year, month, day, weekday }, years)).toBe(works)
  })
})

describe('gaps of the roster', () => {
  const hours = hoursOn(0, [
    [510, 720],
    [810, 1050],
  ])
  const at = (minute: number) => minute * MINUTE

  it.each([
    ['nobody planned', [], 0, ['510–720', '810–1050']],
    ['all covered', [[500, 1100]], 0, []],
    ['a late start and an early end', [[540, 1000]], 0, ['510–540', '1000–1050']],
    ['ten minutes are no gap', [[520, 1045]], 0, []],
    ['what is over is no gap any more', [], 900, ['900–1050']],
    [
      'shifts that lie on each other',
      [
        [500, 700],
        [600, 800],
        [790, 1100],
      ],
      0,
      [],
    ],
  ] as [string, [number, number][], number, string[]][])('%s', (_, shifts, from, wanted) => {
    const spans = shifts.map(([a, b]): Span => ({ from: at(a), until: at(b) }))
    const found = uncovered(hours, spans, at(from))
    expect(found.map((it) => `${it.from / MINUTE}–${it.until / MINUTE}`)).toEqual(wanted)
  })

  it('never reach into a shift nor out of the hours', () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 1440 }), fc.integer({ min: 1, max: 600 }))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), (shifts) => {
        const spans = shifts.map(([from, length]): Span => ({ from: at(from), until: at(from + length) }))
        for (const gap of uncovered(hours, spans, 0)) {
          expect(hours.some((it) => it.from <= gap.from && gap.until <= it.until)).toBe(true)
          expect(spans.some((it) => it.from < gap.until && gap.from < it.until)).toBe(false)
        }
      }),
    )
  })

  it('name who has not come, and nobody whose shift has not begun or is over', () => {
    const shift = (id: string, from: number, planned = true) => ({
      id,
      who: id,
      from: at(from),
      until: at(from + 60),
      planned,
    })
    const all = [shift('late', 530), shift('come', 530, false), shift('later', 600), shift('over', 300)]
    expect(notCome(all, at(540)).map((it) => it.id)).toEqual(['late'])
  })
})
