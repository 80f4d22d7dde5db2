import { expect, it } from 'vitest'
import type { RecordRow } from '@/api/types'
import { grids, people } from '@/people/people'

const row = (id: string, data: object, member?: string): RecordRow =>
  ({
    id,
    number: id,
    label: id,
    data,
    ...(member ? { links: { member: { id: member, label: member } } } : {}),
  }) as unknown as RecordRow

it('people are those of the register with their posts, and whoever is posted here from elsewhere', () => {
  const all = people(
    [row('wang', { login: 'w' }), row('li', {})],
    [row('p1', { post: 'steward', grid: 'G1', from: '2026-01-05' }, 'wang'), row('p2', { post: 'guard' }, 'far')],
    (it) => it.label,
  )
  expect(all.map((it) => [it.name, it.login, it.posts.map((one) => one.post)])).toEqual([
    ['wang', 'w', ['steward']],
    ['li', '', []],
    ['far', '', ['guard']],
  ])
})

it('grids are those that a home or a posting names: one without a steward shows, and so does one without homes', () => {
  const all = people([], [row('p1', { post: 'steward', grid: 'G3' }, 'wang')], (it) => it.label)
  const homes = [row('h1', { grid: 'G1' }), row('h2', { grid: 'G1' }), row('h3', {})]
  expect(grids(homes, all)).toEqual([
    { grid: 'G1', homes: 2, stewards: [] },
    { grid: 'G3', homes: 0, stewards: ['wang'] },
  ])
})
