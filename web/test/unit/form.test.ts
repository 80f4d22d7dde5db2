import Ajv from 'ajv/dist/2020'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KindOf } from '@/api/types'
import { begin, faults, formOf, type Typed, toData, type Values } from '@/form/model'
import { shown } from '@/form/show'
import { zh } from '@/words/zh'

const text = (it: { zh: string }) => it.zh
const title = (name: string) => ({ zh: name, en: name })
const field = (name: string, type: string, more: object = {}) => ({
  name,
  title: title(name),
  type,
  required: false,
  ...more,
})

const choices = [
  { name: 'water', title: { zh: '给排水', en: 'Water' } },
  { name: 'electric', title: { zh: '强弱电', en: 'Electric' } },
]
const kind: KindOf = {
  kind: 'sample',
  title: title('样'),
  numbered: true,
  approvals: [],
  label: [],
  links: [{ name: 'home', title: title('房屋'), kind: 'home', required: true, cause: false }],
  states: [],
  steps: [],
  duties: [],
  fields: [
    field('fault', 'text', { required: true }),
    field('note', 'long-text'),
    field('phone', 'phone', { private: title('联系') }),
    field('paid', 'bool'),
    field('count', 'int'),
    field('amount', 'money'),
    field('rate', 'ratio'),
    field('subject', 'choice', { of: choices }),
    field('parts', 'choices', { of: choices }),
    field('day', 'day'),
    field('visit', 'moment'),
    field('photos', 'files'),
  ],
  open: {
    name: 'open',
    title: title('登记'),
    from: [],
    by: [],
    form: [
      'fault',
      'note',
      'phone',
      'paid',
      'count',
      'amount',
      'rate',
      'subject',
      'parts',
      'day',
      'visit',
      'photos',
    ].map((name) => ({
      field: name,
      required: name === 'subject',
    })),
    cosign: [],
  },
  schema: {
    properties: {
      fault: { maxLength: 20 },
      note: { maxLength: 50 },
      count: { minimum: 0, maximum: 100 },
      amount: { minimum: 0, maximum: 1_000_000 },
      subject: { default: 'water' },
      photos: { maxItems: 2 },
    },
  },
}
const model = formOf(kind, kind.open)
const wrong = (values: Values, links: Record<string, string> = { home: 'id' }) =>
  faults(model, { ...begin(model), fault: '漏水', ...values }, links, zh, text)

describe('a form', () => {
  it('begins with what the pack lays down', () => {
    expect(begin(model).subject).toBe('water')
    expect(begin(model).parts).toEqual([])
  })

  it('does not ask for what has a default', () => {
    expect(model.fields.find((it) => it.name === 'subject')?.required).toBe(false)
  })

  it('takes no masked value: it would be written back', () => {
    expect(begin(model, { phone: '138****2071', fault: '漏水' })).toMatchObject({ phone: '', fault: '漏水' })
  })

  const table: [string, Values, string | null][] = [
    ['fault', { fault: '   ' }, 'fault没有填。'],
    ['fault', { fault: '字'.repeat(21) }, 'fault最多 20 字。'],
    ['fault', { fault: '𠮷'.repeat(20) }, null],
    ['count', { count: '1.5' }, 'count要填整数。'],
    ['count', { count: '101' }, 'count应在 0 到 100 之间。'],
    ['amount', { amount: '12.345' }, 'amount要填金额，如 12.50。'],
    ['amount', { amount: '1,234.50' }, null],
    ['amount', { amount: '10000.01' }, 'amount应在 0.00 到 10000.00 之间。'],
    ['day', { day: '2026-02-30' }, 'day要填日期，如 2026-03-28。'],
    ['day', { day: '2026-02-28' }, null],
    ['phone', { phone: '12a' }, 'phone要填电话号码。'],
    ['phone', { phone: '010-8888 6666 转 12' }, null],
    ['photos', { photos: ['a', 'b', 'c'] }, 'photos最多 2 个。'],
  ]
  it.each(table)('checks %s: %j', (name, values, expected) => {
    expect(wrong(values).get(name) ?? null).toBe(expected)
  })

  it('asks for a link that is required', () => {
    expect(wrong({}, {}).get('home')).toBe('房屋没有填。')
  })

  it('sends integers for money and ratios, and one line for a pasted text', () => {
    const values = {
      ...begin(model),
      fault: '厨房\r\n漏水\t',
      amount: '12.5',
      rate: '97.5',
      count: '3',
      paid: true,
      note: 'a\nb',
    }
    expect(toData(model, values)).toEqual({
      fault: '厨房 漏水',
      note: 'a\nb',
      amount: 1250,
      rate: 9750,
      count: 3,
      paid: true,
      subject: 'water',
    })
  })

  it('empties what the record holds only if somebody emptied it', () => {
    expect(toData(model, begin(model, { note: 'x' }), { note: 'x' })).toMatchObject({ note: 'x' })
    expect(toData(model, { ...begin(model), note: '' }, { note: 'x', phone: '138****2071' })).toMatchObject({
      note: null,
    })
    expect(toData(model, { ...begin(model), note: '' }, { phone: '138****2071' })).not.toHaveProperty('phone')
  })

  it('shows money, choices and days in words', () => {
    const by = { now: Date.parse('2026-03-31T10:00:00+08:00'), zone: 'Asia/Shanghai', words: zh, text }
    expect(shown(kind, 'amount', 24300, by)).toBe('¥ 243.00')
    expect(shown(kind, 'parts', ['water', 'electric'], by)).toBe('给排水、强弱电')
    expect(shown(kind, 'day', '2026-03-30', by)).toBe('昨天')
    expect(shown(kind, 'paid', false, by)).toBe('否')
  })
})

describe('whatever is typed', () => {
  const schema = {
    type: 'object',
    properties: {
      fault: { type: 'string', maxLength: 20, minLength: 1 },
      note: { type: 'string', maxLength: 50 },
      phone: { type: 'string', maxLength: 40 },
      paid: { type: 'boolean' },
      count: { type: 'integer', minimum: 0, maximum: 100 },
      amount: { type: 'integer', minimum: 0, maximum: 1_000_000 },
      rate: { type: 'integer' },
      subject: { enum: ['water', 'electric'] },
      parts: { type: 'array', items: { enum: ['water', 'electric'] } },
      day: { type: 'string' },
      visit: { type: 'string' },
      photos: { type: 'array', maxItems: 2 },
    },
    required: ['fault'],
    additionalProperties: false,
  }
  const valid = new Ajv().compile(schema)
  const typed = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ maxLength: 60 }),
    fc.stringMatching(/^-?\d{1,9}(\.\d{1,3})?$/),
    fc.constantFrom('', ' ', '2026-03-31', '2026-13-01', '\r\n', '−5', '１２'),
  )
  const values = fc.record({
    fault: typed,
    note: typed,
    phone: typed,
    paid: fc.constantFrom<Typed>(true, false, null),
    count: typed,
    amount: typed,
    rate: typed,
    subject: fc.constantFrom('water', 'electric', ''),
    parts: fc.subarray(['water', 'electric']),
    day: typed,
    visit: typed,
    photos: fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }),
  })

  it('is either refused in words or sent as the schema has it', () => {
    fc.assert(
      fc.property(values, (typed) => {
        const found = faults(model, typed, { home: 'id' }, zh, text)
        const data = toData(model, typed)
        if (found.size === 0) expect(valid(data), JSON.stringify([data, valid.errors])).toBe(true)
        for (const said of found.values()) expect(said).toMatch(/。$/)
      }),
      { numRuns: 2000 },
    )
  })
})
