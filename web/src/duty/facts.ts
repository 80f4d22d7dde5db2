/** A duty of the wire as the facts of its clock. Pure. */

import type { DutyDecided, DutyRow, DutyToDo, HeldBy } from '@/api/types'
import type { ClockFacts } from '@/clock/face'
import type { Words } from '@/words'

/** As lists have it: a pause that runs is said by the record. */
export function clockOf(duty: DutyRow, waits?: { cause: string; since: string }, asOf?: string): ClockFacts {
  const due = Date.parse(duty.due_at)
  const facts: ClockFacts = { due, limit: due - Date.parse(duty.start_at) }
  if (!duty.paused || !waits) return facts
  const since = Date.parse(waits.since)
  const until = asOf ? Math.min(Date.parse(asOf), Number.POSITIVE_INFINITY) : since
  return { ...facts, paused: { since, cause: waits.cause, left: Math.max(0, due - Math.min(since, until)) } }
}

/** As the record's page has it. */
export function clockOfWhole(duty: DutyToDo, asOf: string): ClockFacts {
  const due = Date.parse(duty.due_at)
  const pausedFor = duty.paused_seconds * 1000
  const facts: ClockFacts = {
    due,
    limit: due - Date.parse(duty.start_at) - pausedFor,
    ...(pausedFor ? { pausedFor } : {}),
  }
  if (!duty.paused) return facts
  return {
    ...facts,
    paused: {
      since: Date.parse(duty.paused.since),
      cause: duty.paused.cause,
      left: Math.max(0, due - Date.parse(asOf)),
    },
  }
}

export function clockOfDecided(duty: DutyDecided): ClockFacts | null {
  if (!duty.done_at) return null
  const start = Date.parse(duty.start_at)
  const due = Date.parse(duty.due_at)
  const at = Date.parse(duty.done_at)
  return { due, limit: due - start, done: { at, used: at - start } }
}

export function holderText(holder: HeldBy, words: Words, post: (name: string) => string = (name) => name): string {
  switch (holder.type) {
    case 'member':
    case 'team':
      return holder.name ?? holder.login ?? ''
    case 'pool':
      return words.holder.pool(post(holder.post))
    case 'unit':
      return words.holder.unit
  }
}
