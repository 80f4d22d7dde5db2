import { describe, expect, it } from 'vitest'
import { newRecordId } from '@/api/id'
import type { EntryOf, KindOf, StepNow, StepOf } from '@/api/types'
import { formOf } from '@/form/model'
import { asks, linkOf, ownSteps, registerOf, takenBefore } from '@/owner/offer'
import { pathOf, type Where, where } from '@/owner/where'
import { deviceOf } from '@/session/device'

const title = { zh: '名', en: 'name' }
const step = (name: string, by: string[], form: string[] = [], to?: string): StepOf => ({
  name,
  title,
  from: [],
  by,
  cosign: [],
  form: form.map((it) => ({ field: it.replace('?', ''), required: !it.endsWith('?') })),
  ...(to ? { to } : {}),
})
const field = (name: string, type: string, of: string[] = [], required = false) => ({
  name,
  title,
  type,
  required,
  ...(of.length > 0 ? { of: of.map((it) => ({ name: it, title })) } : {}),
})
const kind: KindOf = {
  kind: 'order',
  title,
  numbered: true,
  label: ['fault'],
  approvals: [],
  duties: [],
  links: [{ name: 'reporter', title, kind: 'customer', required: false, cause: false }],
  states: [{ name: 'done', title, closed: true }],
  fields: [
    field('fault', 'text', [], true),
    field('trade', 'choice', ['water', 'power'], true),
    field('urgency', 'choice', ['normal', 'urgent']),
    field('channel', 'choice', ['phone', 'app']),
    field('paid', 'bool'),
    field('place', 'text'),
    field('visit', 'moment'),
    field('photos', 'files'),
    field('satisfied', 'bool'),
    field('why', 'text'),
  ],
  schema: { properties: { urgency: { default: 'normal' }, channel: { default: 'phone' }, paid: { default: false } } },
  open: step(
    'open',
    ['desk', 'party:reporter'],
    ['fault', 'trade', 'urgency', 'channel?', 'paid?', 'place?', 'visit?', 'photos?'],
  ),
  steps: [
    step('cancel', ['desk', 'party:reporter'], ['why'], 'done'),
    step('rate', ['party:reporter'], ['satisfied'], 'done'),
    step('send', ['desk']),
  ],
}

describe('what a customer may do', () => {
  it('follows from the steps that name him', () => {
    expect(linkOf(kind.open)).toBe('reporter')
    expect(linkOf(step('send', ['desk', 'anyone']))).toBeNull()
    expect(registerOf(kind)).toBe('customer')
  })

  it('is what the server lets him, with the rating in front of giving up', () => {
    const may = (name: string, yes: boolean): StepNow => ({ step: name, title, may: yes, form: [] })
    const now = [may('cancel', true), may('rate', true), may('send', true)]
    expect(ownSteps(kind, now).map((it) => it.name)).toEqual(['rate', 'cancel'])
    expect(ownSteps(kind, [may('cancel', false), may('rate', true)]).map((it) => it.name)).toEqual(['rate'])
  })
})

describe('a report', () => {
  const found = asks(formOf(kind, kind.open), kind)
  const names = (of: { name: string }[]) => of.map((it) => it.name)

  it('asks for his words and a photo, and of the rest what nobody can guess', () => {
    expect(found.words?.name).toBe('fault')
    expect(found.photos?.name).toBe('photos')
    expect(names(found.first)).toEqual(['trade', 'visit'])
  })

  it('folds away what has a default, and leaves out what is the business of the staff', () => {
    expect(names(found.more)).toEqual(['urgency', 'place'])
  })

  it('says itself by which way it came', () => {
    expect(found.given).toEqual({ channel: 'app' })
  })
})

describe('an address', () => {
  it('leads to its page and back', () => {
    const all: Where[] = [
      { page: 'home' },
      { page: 'me' },
      { page: 'new', kind: 'repair' },
      { page: 'matter', record: 'WX-1/2' },
      { page: 'board', kind: 'notice' },
      { page: 'shown', kind: 'notice', record: 'TZ-1/2' },
    ]
    for (const it of all) expect(where(pathOf(it))).toEqual(it)
    expect(where('/owner/nothing')).toEqual({ page: 'home' })
  })
})

describe('an id made on the device', () => {
  it('is a UUIDv7 of the instant', () => {
    const id = newRecordId(Date.UTC(2026, 2, 31))
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 2, 31))
  })
})

describe('a step that was taken already', () => {
  const entry = (seq: number, step: string) => ({ seq, step }) as unknown as EntryOf
  const entries = [entry(1, 'open'), entry(2, 'rate'), entry(3, 'reopen'), entry(4, 'rate'), entry(5, 'note')]
  it('is told by the last entry that took it', () => {
    expect(takenBefore('rate', [], entries)?.seq).toBe(4)
  })
  it('is none while it is still offered, or when something else ended the matter', () => {
    expect(takenBefore('rate', [step('rate', ['party:reporter'])], entries)).toBeNull()
    expect(takenBefore('cancel', [], entries)).toBeNull()
  })
})

describe('the name of a device', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'Chrome · Linux',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1',
      'Safari · iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0',
      'WeChat · Android',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge · Windows'],
    ['curl/8.5.0', 'curl/8.5.0'],
  ])('%s is %s', (agent, name) => expect(deviceOf(agent)).toBe(name))
})
