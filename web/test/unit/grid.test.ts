import { describe, expect, it } from 'vitest'
import type { KindOf, RecordRow } from '@/api/types'
import { dayBefore, groups, movesGrid, portions } from '@/grid/grid'
import { isServing } from '@/people/people'

const row = (label: string, data: object, closed?: string) =>
  ({ id: label, label, data, ...(closed ? { closed_at: closed } : {}) }) as unknown as RecordRow

it('the homes of a grid stand by building and entrance, 2 before 10; those of others and those removed stay out', () => {
  const at = (label: string, building: string, entrance: string, grid = 'G1') =>
    row(label, { building, entrance, grid })
  const rows = [at('10-1-101', '10', '1'), at('2-1-1001', '2', '1'), at('2-1-201', '2', '1'), at('2-2-101', '2', '2')]
  const found = groups(
    [...rows, at('3-1-101', '3', '1', 'G2'), row('2-1-301', { building: '2', grid: 'G1' }, 'x')],
    'G1',
  )
  expect(found.map((it) => [it.name, it.rows.map((one) => one.label)])).toEqual([
    ['2-1', ['2-1-201', '2-1-1001']],
    ['2-2', ['2-2-101']],
    ['10-1', ['10-1-101']],
  ])
})

it('the step that moves a home asks for its grid and nothing else', () => {
  const step = (name: string, form: string[]) => ({ name, form: form.map((field) => ({ field, required: true })) })
  const kind = { steps: [step('correct', ['grid', 'why']), step('regrid', ['grid'])] } as unknown as KindOf
  expect(movesGrid(kind)).toBe('regrid')
  expect(movesGrid({ steps: [] } as unknown as KindOf)).toBeUndefined()
  expect(movesGrid(undefined)).toBeUndefined()
})

it.each([
  ['2026-03-01', '2026-02-28'],
  ['2028-03-01', '2028-02-29'],
  ['2026-01-01', '2025-12-31'],
])('who hands over on %s serves until %s', (day, before) => expect(dayBefore(day)).toBe(before))

it('portions hold everything once, in order, none larger than said', () => {
  expect(portions([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(portions([], 2)).toEqual([])
})

describe('a posting serves', () => {
  it.each([
    ['that nobody ended', row('a', {}), true],
    ['that was ended for a day to come', row('a', { until: '2026-04-30' }, 'x'), true],
    ['on its last day', row('a', { until: '2026-04-01' }, 'x'), true],
    ['not after its last day', row('a', { until: '2026-03-31' }, 'x'), false],
    ['not if it was ended without a day', row('a', {}, 'x'), false],
  ])('%s', (_, posting, serves) => expect(isServing(posting, '2026-04-01')).toBe(serves))
})
