import { expect, it } from 'vitest'
import { civil } from '@/clock/day'
import { askedOf, shareMet, tick, usual, windowText } from '@/figures/figures'
import { filterOf, isFiltered, nothing } from '@/list/saved'
import { en } from '@/words/en'
import { zh } from '@/words/zh'

const today = civil(Date.parse('2026-03-18T10:00:00+08:00'), 'Asia/Shanghai')

it('draws a month of days, a quarter of weeks, a year of months', () => {
  expect(usual('day', today)).toEqual({ from: '2026-02-17', to: '2026-03-18' })
  expect(usual('week', today)).toEqual({ from: '2025-12-31', to: '2026-03-18' })
  expect(usual('month', today)).toEqual({ from: '2025-04-01', to: '2026-03-18' })
  // The 31st of a month that others do not have.
  const last = civil(Date.parse('2026-03-31T10:00:00+08:00'), 'Asia/Shanghai')
  expect(usual('month', last).from).toBe('2025-04-01')
})

it('reads an address, and leaves out what it does not know', () => {
  const asked = askedOf({ by: 'month', from: '2026-01-01', to: 'soon', outcome: 'missed', on: '2026-02-01' }, today)
  expect(asked).toMatchObject({
    by: 'month',
    from: '2026-01-01',
    to: '2026-03-18',
    outcome: 'missed',
    on: '2026-02-01',
  })
  expect(askedOf({ by: 'hour', outcome: 'pending', on: 7 }, today)).toMatchObject({
    by: 'week',
    outcome: undefined,
    on: undefined,
  })
})

it('calls windows by their days', () => {
  const of = (window: string, from: string, to: string) => ({ window, from, to })
  const day = of('2026-03-04', '2026-03-04', '2026-03-04')
  const week = of('2026-W14', '2026-03-30', '2026-04-05')
  const month = of('2026-03', '2026-03-01', '2026-03-31')
  expect([day, week, month].map((it) => windowText(it, zh))).toEqual([
    '3 月 4 日',
    '3 月 30 日–4 月 5 日',
    '2026 年 3 月',
  ])
  expect(windowText(month, en)).toBe('Mar 2026')
  expect([day, week, month].map(tick)).toEqual(['3-4', '3-30', '2026-03'])
})

it('shares what counts, and nothing of nothing', () => {
  expect(shareMet({ met: 3, missed: 1, excused: 5, exempt: 2, withdrawn: 9 })).toBe(0.75)
  expect(shareMet({ excused: 2 })).toBeNull()
})

it('keeps the days of a list in its address', () => {
  const filter = filterOf({ open: 'all', opened_from: '2026-03-01', opened_to: '2026-03-31' })
  expect(filter).toMatchObject({ open: 'all', opened_from: '2026-03-01', opened_to: '2026-03-31' })
  expect(isFiltered({ opened_from: '2026-03-01' })).toBe(true)
  expect(isFiltered(nothing)).toBe(false)
})
