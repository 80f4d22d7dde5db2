/** The words of a clock: ui section 5. */

import type { Words } from '@/words'
import { type ClockFacts, type Face, face } from './face'
import { type Part, rough, toTheSecond } from './span'

export function spanText(parts: Part[], words: Words): string {
  return parts
    .map((it) => words.span[it.unit](it.padded ? String(it.n).padStart(2, '0') : String(it.n)))
    .join(words.span.between)
}

/** A limit: 5 分钟, 4 小时, 3 天. */
export function limitText(ms: number, words: Words): string {
  // What ends with a day is no round span: seconds of it say nothing.
  const parts = ms > 3600_000 && ms % 60_000 !== 0 ? rough(ms) : toTheSecond(ms)
  const only = parts[0]
  return parts.length === 1 && only?.unit === 'minute' ? words.span.minutes(String(only.n)) : spanText(parts, words)
}

export interface Said {
  face: Face
  text: string
}

/** `long`: as on the record's page; lists are short. `hours` tells the appointment's times of day. */
export function say(
  facts: ClockFacts,
  now: number,
  words: Words,
  cause: (name: string) => string,
  hours: (at: number) => string,
  long = false,
): Said {
  const shown = face(facts, now)
  return { face: shown, text: text(facts, shown, words, cause, hours, long) }
}

function text(
  facts: ClockFacts,
  shown: Face,
  words: Words,
  cause: (name: string) => string,
  hours: (at: number) => string,
  long: boolean,
): string {
  const span = spanText(rough(shown.span), words)
  switch (shown.state) {
    case 'ample':
    case 'soon': {
      const left = words.clock.left(span)
      return long && facts.pausedFor
        ? words.clock.join(left, words.clock.wasPaused(spanText(rough(facts.pausedFor), words)))
        : left
    }
    case 'overdue':
      return words.clock.over(span)
    case 'paused':
      return words.clock.join(words.clock.paused(span), words.clock.waiting(cause(facts.paused?.cause ?? '')))
    case 'appointed': {
      const { from = 0, until } = facts.appointed ?? {}
      const slot = words.clock.appointed(until === undefined ? hours(from) : `${hours(from)}–${hours(until)}`)
      return shown.span > 0 ? words.clock.join(slot, words.clock.in(span)) : slot
    }
    case 'done': {
      const used = words.clock.used(spanText(toTheSecond(shown.span), words))
      return facts.limit === undefined ? used : words.clock.ofLimit(used, limitText(facts.limit, words))
    }
    case 'late-done':
      return words.clock.overBy(spanText(toTheSecond(shown.span), words))
  }
}
