import { describe, expect, it } from 'vitest'
import type { RecordRow, Unit } from '@/api/types'
import { below, history, valueText } from '@/rules/history'
import { zh } from '@/words/zh'

const unit = (code: string, parent?: string) => ({ code, name: code, parent }) as unknown as Unit
const units = [unit('C'), unit('R', 'C'), unit('P', 'R'), unit('Q', 'R'), unit('S', 'C')]
const row = (id: string, opened: string, data: object) =>
  ({ id, opened_at: opened, data: { parameter: 'a.within', ...data } }) as unknown as RecordRow

describe('the history of a parameter', () => {
  const set = [
    { unit: 'P', value: 'PT20M', from: '2026-04-01' },
    { unit: 'C', value: 'PT10M', from: '2026-01-01' },
  ]
  const kept = new Map([
    [
      'P',
      [
        row('p1', '2026-01-05T00:00:00Z', { value: 'PT30M', from: '2026-02-01', reason: 'x' }),
        row('p2', '2026-03-05T00:00:00Z', { value: 'PT20M', from: '2026-04-01', reason: 'y' }),
        row('other', '2026-03-05T00:00:00Z', { parameter: 'b', value: '1', from: '2026-04-01' }),
      ],
    ],
    [
      'Q',
      [
        row('q1', '2026-01-05T00:00:00Z', { value: 'PT1H', from: '2026-02-01' }),
        row('q2', '2026-01-06T00:00:00Z', { value: 'PT2H', from: '2026-02-01' }),
      ],
    ],
  ])
  const all = history({ parameter: 'a.within', set }, kept, units, '2026-03-10')
  it('goes from the top down, the latest first, each value once, with the record where there is one', () => {
    expect(all.map((one) => [one.unit, one.value, one.record])).toEqual([
      ['C', 'PT10M', null],
      ['P', 'PT20M', 'p2'],
      ['P', 'PT30M', 'p1'],
      ['Q', 'PT2H', 'q2'],
      ['Q', 'PT1H', 'q1'],
    ])
  })
  it('says what is in force in its unit, to come, or replaced: of one day the later word stands', () => {
    expect(all.map((one) => one.stands)).toEqual(['now', 'later', 'now', 'now', 'past'])
  })
  it('has come to pass on the day itself', () => {
    const then = history({ parameter: 'a.within', set }, kept, units, '2026-04-01')
    expect(then.filter((one) => one.unit === 'P').map((one) => one.stands)).toEqual(['now', 'past'])
  })
})

it('units below a unit are found at any depth, itself first', () => {
  expect(below(units, 'C').sort()).toEqual(['C', 'P', 'Q', 'R', 'S'])
  expect(below(units, 'R')).toEqual(['R', 'P', 'Q'])
  expect(below(units, 'P')).toEqual(['P'])
})

it.each([
  ['duration', 'PT5M', '5 分钟'],
  ['duration', 'P1DT2H', '1 天 2 小时'],
  ['duration', 'P3M', '3 个月'],
  ['duration', 'P', 'P'],
  ['duration', '3 workdays', '3 workdays'],
  ['bp', '9550', '95.5%'],
  ['fen', '1250', '¥ 12.50'],
  ['flag', 'true', '是'],
  ['count', '7', '7'],
])('a %s of %s is said as %s', (of, value, said) => {
  expect(valueText(of, value, zh)).toBe(said)
})
