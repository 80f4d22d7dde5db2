import { expect, it } from 'vitest'
import { readable } from '@/api/client'
import { patched } from '@/api/live'
import type { RecordRow } from '@/api/types'

it('an instant of a time when zones had offsets to the second is read as what it is', () => {
  const told = JSON.parse(readable('{"due_at":"1900-01-01T09:30:00.000000+08:05:43","note":"+08:05:43"}'))
  expect(new Date(told.due_at).toISOString()).toBe('1900-01-01T01:24:17.000Z')
  expect(told.note).toBe('+08:05:43')
  const now = '{"due_at":"2026-03-31T10:24:00.000000+08:00"}'
  expect(readable(now)).toBe(now)
})

it('a list that was scrolled far down takes what changed in its place, and is not read again', () => {
  const row = (id: string, state: string) => ({ id, state, number: id }) as RecordRow
  const list = { pages: [{ records: [row('a', 'sent')] }, { records: [row('b', 'sent')] }] }
  const changed = patched(list, new Map([['b', row('b', 'done')]]))
  expect(changed.pages[1]?.records[0]?.state).toBe('done')
  expect(changed.pages[0]).toBe(list.pages[0])
  expect(patched(list, new Map([['c', row('c', 'done')]]))).toBe(list)
})
