/**
 * What a duty's clock shows at an instant: a pure function of what the server said. Instants are milliseconds since the epoch, already
 * corrected by the server's offset; the words are chosen in `say`.
 */

import { changesIn, HOUR, MINUTE } from './span'

/** A clock as the server told it. */
export interface ClockFacts {
  /** Due, with what was paused counted in. */
  due: number
  /** Length of the limit, if the duty has one that is a length. */
  limit?: number
  /** Paused time that counts, so far. */
  pausedFor?: number
  /** Stands still now; `left` is what is left once it runs again. */
  paused?: { since: number; cause: string; left: number }
  /** The due time is an appointment. */
  appointed?: { from: number; until?: number }
  /** Nearly due from the start. */
  urgent?: boolean
  /** Done at, and the time it took. */
  done?: { at: number; used: number }
  /** The clock runs backwards from a plan: N days before it. */
  before?: { days: number; moved?: number }
}

export type State = 'ample' | 'soon' | 'overdue' | 'paused' | 'appointed' | 'done' | 'late-done'

export interface Face {
  state: State
  /** Left, over, paused for, or until the appointment: what the words tell. */
  span: number
  /** Share of the limit that is left, 0 to 1. */
  share: number
  /** The face is the same until then, in milliseconds from now; `null`: for ever. */
  next: number | null
}

/** Ui section 5: nearly due. */
export function nearlyDue(left: number, limit: number | undefined, urgent: boolean): boolean {
  if (urgent) return true
  if (limit === undefined) return left <= 15 * MINUTE
  if (limit <= 10 * MINUTE) return left * 2 <= limit
  if (limit >= HOUR && left <= 15 * MINUTE) return true
  return left * 4 <= limit
}

export function face(facts: ClockFacts, now: number): Face {
  const { limit } = facts
  if (facts.done) {
    const late = limit === undefined ? facts.done.at - facts.due : facts.done.used - limit
    return late > 0
      ? { state: 'late-done', span: late, share: 0, next: null }
      : { state: 'done', span: facts.done.used, share: 0, next: null }
  }
  if (facts.paused) {
    const span = Math.max(0, now - facts.paused.since)
    return { state: 'paused', span, share: 0, next: changesIn(span, 'rises') }
  }
  const left = facts.due - now
  if (left < 0) return { state: 'overdue', span: -left, share: 0, next: changesIn(-left, 'rises') }
  if (facts.appointed) {
    const wait = Math.max(0, facts.appointed.from - now)
    return { state: 'appointed', span: wait, share: 1, next: changesIn(wait || left, 'falls') }
  }
  const share = limit ? Math.min(1, left / limit) : 1
  const state = nearlyDue(left, limit, facts.urgent ?? false) ? 'soon' : 'ample'
  return { state, span: left, share, next: changesIn(left, 'falls') }
}

/** The marks at which a screen reader hears a clock: 15, 5 and 1 minutes, and due. `null` if none lies between the two instants. */
export function announced(due: number, before: number, now: number): number | null {
  for (const mark of [0, MINUTE, 5 * MINUTE, 15 * MINUTE]) {
    const at = due - mark
    if (before < at && at <= now) return mark
  }
  return null
}
