import { expect, it } from 'vitest'
import { readable } from '@/api/client'

it('an instant of a time when zones had offsets to the second is read as what it is', () => {
  const told = JSON.parse(readable('{"due_at":"1900-01-01T09:30:00.000000+08:05:43","note":"+08:05:43"}'))
  expect(new Date(told.due_at).toISOString()).toBe('1900-01-01T01:24:17.000Z')
  expect(told.note).toBe('+08:05:43')
  const now = '{"due_at":"2026-03-31T10:24:00.000000+08:00"}'
  expect(readable(now)).toBe(now)
})
