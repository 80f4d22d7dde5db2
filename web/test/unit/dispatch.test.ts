import { expect, it } from 'vitest'
import type { Person, RecordRow } from '@/api/types'
import { turn } from '@/dispatch/lanes'

const person = (id: string): Person => ({ id, name: id })
const row = (assignee?: string) => (assignee ? { assignee: person(assignee) } : {}) as RecordRow

it('goes round: never had one first, then whose latest is the oldest, never the one who gives', () => {
  const people = ['an', 'bo', 'chen', 'self'].map(person)
  const newestFirst = [row('an'), row(), row('chen'), row('an')]
  expect(turn(people, newestFirst, 'self')?.id).toBe('bo')
  expect(turn(people, [row('bo'), ...newestFirst], 'self')?.id).toBe('chen')
  expect(turn(people, [row('chen'), row('bo'), ...newestFirst], 'self')?.id).toBe('an')
  expect(turn([person('self')], [], 'self')).toBeUndefined()
})
