import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClauseOf, DutyOf, KindOf, StandardRow } from '@/api/types'
import { dutiesOf, isOwn, ownFirst, withOwn } from '@/field/own'
import {
  type Answer,
  type Answers,
  answer,
  answerOf,
  findingData,
  findingForm,
  handIn,
  nextOpen,
  standardOf,
  tally,
} from '@/inspection/checklist'

const title = { zh: '名', en: 'name' }
const clause = (name: string, state = 'earned'): ClauseOf => ({
  clause: name,
  title,
  full: '1.00',
  state,
  has_cases: false,
  said: [],
  parts: [],
})
const card = { clauses: [clause('Q01'), clause('Q02', 'not-applicable'), clause('Q03'), clause('Q04')] }
const field = (name: string, type: string, of: string[] = [], required = false) => ({
  name,
  title,
  type,
  required,
  ...(of.length > 0 ? { of: of.map((it) => ({ name: it, title })) } : {}),
})
const kind = (name: string, fields: KindOf['fields'], form: string[], properties = {}): KindOf => ({
  kind: name,
  title,
  numbered: true,
  label: ['what'],
  approvals: [],
  duties: [],
  links: [],
  states: [],
  fields,
  schema: { properties },
  steps: [],
  open: {
    name: 'open',
    title,
    from: [],
    by: [],
    cosign: [],
    form: form.map((it) => ({ field: it.replace('?', ''), required: !it.endsWith('?') })),
  },
})

describe('the items of an inspection', () => {
  it('that a place does not have are answered by the standard, until somebody on the spot says otherwise', () => {
    expect(tally(card, {})).toEqual({ met: 0, failed: 0, out: 1, left: 3 })
    const seen = answer({}, 'Q02', { answer: 'met' })
    expect(answerOf(clause('Q02', 'not-applicable'), seen)).toBe('met')
    expect(tally(card, seen)).toEqual({ met: 1, failed: 0, out: 0, left: 3 })
  })

  it('are walked through in their order, past what has its answer, to the end and once round', () => {
    expect(nextOpen(card, {}, -1)).toBe(0)
    expect(nextOpen(card, {}, 0)).toBe(2)
    expect(nextOpen(card, { Q01: { answer: 'met' } }, 3)).toBe(2)
    const all: Answers = { Q01: { answer: 'met' }, Q03: { answer: 'met' }, Q04: { answer: 'failed' } }
    expect(nextOpen(card, all, 3)).toBe(3)
  })

  it('keep an answer whose finding is on its way', () => {
    const failed = answer({}, 'Q01', { answer: 'failed', said: '灯坏', finding: 'id' })
    expect(answer(failed, 'Q01', { answer: 'met' })).toBe(failed)
  })

  it('are each counted once, whatever is answered in whatever order', () => {
    const given = fc.array(
      fc.tuple(fc.constantFrom('Q01', 'Q02', 'Q03', 'Q04'), fc.constantFrom<Answer>('met', 'failed', 'not-applicable')),
    )
    fc.assert(
      fc.property(given, (said) => {
        const answers = said.reduce<Answers>((was, [name, it]) => answer(was, name, { answer: it }), {})
        const found = tally(card, answers)
        expect(found.met + found.failed + found.out + found.left).toBe(card.clauses.length)
        const next = nextOpen(card, answers, -1)
        expect(found.left === 0 || answerOf(card.clauses[next] ?? clause(''), answers) === undefined).toBe(true)
      }),
    )
  })
})

describe('an inspection', () => {
  const standard = (name: string, scores: string): StandardRow => ({
    standard: name,
    title,
    version: 1,
    scores,
    period: 'month',
    clauses: 4,
    sections: [],
  })
  const standards = [standard('sixty', 'unit'), standard('hundred', 'member')]
  const visit = kind('inspection', [field('by', 'choice', ['sixty', 'hundred', 'iso'])], [], {
    by: { default: 'sixty' },
  })

  it('is against the standard that its record names, else the usual one; one of members is not walked through', () => {
    expect(standardOf(visit, {}, standards)?.standard).toBe('sixty')
    expect(standardOf(visit, { by: 'iso' }, standards)).toBeNull()
    expect(standardOf(visit, { by: 'hundred' }, standards)).toBeNull()
    expect(standardOf(kind('order', [field('by', 'choice', ['x'])], []), { by: 'x' }, standards)).toBeNull()
  })

  it('opens a finding that names the standard and the item, with its source and its time', () => {
    const finding = kind(
      'finding',
      [
        field('source', 'choice', ['inspection', 'call'], true),
        field('subject', 'choice', ['key', 'other'], true),
        field('what', 'long-text', [], true),
        field('at', 'moment', [], true),
        field('standard', 'text'),
        field('clause', 'text'),
        field('red', 'bool'),
        field('photos', 'files'),
      ],
      ['source', 'subject', 'what', 'at', 'standard?', 'clause?', 'red?', 'photos?'],
    )
    const form = findingForm(finding, 'inspection')
    expect(form?.asks.map((it) => it.name)).toEqual(['subject', 'red'])
    expect(form?.begins).toEqual({ subject: 'other', red: null })
    expect(form?.photos?.name).toBe('photos')
    const now = '2026-03-31T02:24:00Z'
    expect(form && findingData(form, finding, { standard: 'sixty', clause: 'Q01', said: '灯坏', now })).toEqual({
      source: 'inspection',
      what: '灯坏',
      at: now,
      standard: 'sixty',
      clause: 'Q01',
    })
    expect(findingForm(visit, 'inspection')).toBeNull()
  })

  it('hands in the day and what was not in order', () => {
    const step = {
      name: 'inspect',
      title,
      from: [],
      by: [],
      cosign: [],
      form: [
        { field: 'on', required: true },
        { field: 'gaps', required: true },
        { field: 'more', required: false },
      ],
    }
    const it_ = kind('inspection', [field('on', 'day'), field('gaps', 'long-text'), field('more', 'text')], [])
    expect(handIn(it_, step, '2026-03-31', 'Q01：灯坏')).toEqual({ on: '2026-03-31', gaps: 'Q01：灯坏' })
  })
})

describe("a phone's list", () => {
  const duty = (record: string, more: Partial<DutyOf['record']>, holder: object): DutyOf => ({
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
      ...more,
    },
    to_do: { duty: 'do', occurrence: 1, due_at: '2026-03-31T02:24:00Z', start_at: '', holder } as never,
  })
  const pool = { type: 'pool', post: 'engineer' }
  const me = { type: 'member', id: 'me', name: '赵朔' }

  it('has what was given to oneself in front of what waits for anybody of the post', () => {
    const list = [duty('a', {}, pool), duty('b', {}, me), duty('c', { assignee: { id: 'me', name: '赵朔' } }, pool)]
    expect(ownFirst(list, null, 'me').map((it) => it.record.id)).toEqual(['b', 'c', 'a'])
    expect(ownFirst(list, 'a', 'me').map((it) => it.record.id)).toEqual(['a', 'b', 'c'])
  })

  it('does not miss a job behind more pool duties than an answer holds', () => {
    const pools = Array.from({ length: 500 }, (_, n) => duty(`p${n}`, {}, pool))
    const mine = duty('mine', { assignee: { id: 'me', name: '赵朔' } }, me)
    const own = dutiesOf('WT', [{ ...mine.record, next: mine.to_do } as never])
    const all = ownFirst(withOwn(pools, own), null, 'me')
    expect(all.length).toBe(501)
    expect(all[0]?.record.id).toBe('mine')
    expect(withOwn(all, own).length).toBe(501)
  })

  it('does not put in front what waits for somebody else', () => {
    const waits = duty('w', { assignee: { id: 'me', name: '' }, waits: { cause: 'owner', since: '' } as never }, pool)
    expect(isOwn(waits, 'me')).toBe(false)
  })
})
