import { describe, expect, it } from 'vitest'
import type { KindOf, RecordRow } from '@/api/types'
import { boardKind, columns, dayFields } from '@/board/board'

const title = { zh: '名', en: 'name' }
const kind = (name: string, states: string[], assignee?: string): KindOf => ({
  kind: name,
  title,
  numbered: true,
  label: [],
  approvals: [],
  duties: [],
  links: [],
  fields: [
    { name: 'ends_on', title, type: 'day', required: false },
    { name: 'born_on', title, type: 'day', required: false, private: title },
    { name: 'works', title, type: 'text', required: false },
  ],
  schema: {},
  states: states.map((it) => ({
    name: it,
    title,
    closed: it === 'done',
    ...(it.startsWith('wait') ? { waits: 'owner' } : {}),
  })),
  open: { name: 'open', title, from: [], by: [], cosign: [], form: [] },
  steps: [],
  ...(assignee ? { assignee } : {}),
})
const row = (id: string, state: string): RecordRow => ({
  id,
  number: id,
  kind: 'works',
  state,
  version: 1,
  label: id,
  opened_at: '',
  duties: 0,
})

describe('a board', () => {
  const works = kind('works', ['applied', 'waiting-owner', 'wait-papers', 'working', 'done'])

  it('has the open states in their order, and of those that wait only the ones where something stands', () => {
    const found = columns(works, [row('a', 'working'), row('b', 'waiting-owner'), row('c', 'working')], [])
    expect(found.map((it) => [it.state.name, it.cards.map((card) => card.id)])).toEqual([
      ['applied', []],
      ['waiting-owner', ['b']],
      ['working', ['a', 'c']],
    ])
  })

  it('says how many stand in a state although fewer were read', () => {
    const found = columns(works, [row('a', 'working')], [{ kind: 'works', state: 'working', records: 412 }])
    expect(found.find((it) => it.state.name === 'working')?.count).toBe(412)
  })

  it('is first for what nobody is assigned to and passes through many states', () => {
    const all = [kind('order', ['a', 'b', 'c', 'd', 'done'], 'engineer'), kind('opinion', ['a', 'done']), works]
    expect(boardKind(all)?.kind).toBe('works')
    expect(boardKind([])).toBeUndefined()
  })

  it('shows days, and none that is private', () => {
    expect(dayFields(works)).toEqual(['ends_on'])
  })
})
