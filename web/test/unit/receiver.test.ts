import { describe, expect, it } from 'vitest'
import type { EntryOf, KindOf, StepOf } from '@/api/types'
import { readAs, receiverOf } from '@/field/receiver'
import { formOf } from '@/form/model'
import { lineOf } from '@/record/timeline'

const title = { zh: '名', en: 'name' }
const complete = (cosign: string[], form: string[]): StepOf => ({
  name: 'complete',
  title,
  from: ['working'],
  by: ['assignee'],
  cosign: cosign.map((who) => ({ who, required: false })),
  form: form.map((field) => ({ field, required: false })),
})
const kind: KindOf = {
  kind: 'order',
  title,
  numbered: true,
  label: ['work'],
  approvals: [],
  duties: [],
  links: [{ name: 'reporter', title, kind: 'customer', required: false, cause: false }],
  states: [],
  fields: [
    { name: 'work', title, type: 'text', required: true },
    { name: 'name', title, type: 'signature', required: false },
    { name: 'another', title, type: 'signature', required: false },
  ],
  schema: { properties: {} },
  open: complete([], []),
  steps: [],
}
const of = (cosign: string[], form: string[]) => {
  const step = complete(cosign, form)
  return receiverOf(kind, step, formOf(kind, step))
}

describe('whose drawing a signature is', () => {
  it.each([
    ['the one party and the one field', ['party:reporter'], ['work', 'name'], 'name'],
    ['a post draws nothing for the party', ['steward', 'party:reporter'], ['name'], 'name'],
    ['nobody signs beside', [], ['work', 'name'], null],
    ["a post alone: the field is the worker's own", ['steward'], ['name'], null],
    ['no field to keep it in', ['party:reporter'], ['work'], null],
    ['two fields: not plain whose', ['party:reporter'], ['name', 'another'], null],
    ['two parties: not plain whose', ['party:reporter', 'party:owner'], ['name'], null],
    ['a link that the kind does not have', ['party:stranger'], ['name'], null],
  ] as const)('%s', (_, cosign, form, field) => {
    expect(of([...cosign], [...form])?.field ?? null).toBe(field)
  })
})

it('what was signed for is the same in any order of typing, and another after any change', () => {
  expect(readAs({ a: 1, b: 'x' })).toBe(readAs({ b: 'x', a: 1 }))
  expect(readAs({ a: 1, b: 'x' })).not.toBe(readAs({ a: 1, b: 'y' }))
  expect(readAs({ a: 1 })).not.toBe(readAs({ a: 1, b: 'x' }))
})

it('a line of the journal says who signed beside and how', () => {
  const at = '2026-03-31T10:24:00+08:00'
  const entry = {
    seq: 4,
    step: 'complete',
    by: { type: 'member', id: 'm', name: '赵朔' },
    occurred_at: at,
    recorded_at: at,
    data: {},
    hash: 'h',
    signatures: [
      { by: { type: 'party', id: 'p' }, how: 'drawn', at },
      { by: { type: 'member', id: 's', name: '王宁' }, how: 'paper', at, note: '在单上' },
    ],
  } as unknown as EntryOf
  expect(lineOf(entry, kind).signed).toEqual([
    { id: 'p', name: '', how: 'drawn', note: '' },
    { id: 's', name: '王宁', how: 'paper', note: '在单上' },
  ])
})
