/** Lengths of time as people say them: cut down, never up; two units; seconds only under ten minutes. Milliseconds in, parts out. */

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export type Unit = 'day' | 'hour' | 'minute' | 'second'

/** `padded`: two digits, because a larger unit stands before it. */
export interface Part {
  n: number
  unit: Unit
  padded: boolean
}

const part = (n: number, unit: Unit, padded = false): Part => ({ n, unit, padded })

/** Two units at most, cut down. A length under a second is `0 second`. */
export function rough(ms: number): Part[] {
  const left = Math.max(0, ms)
  if (left >= DAY) {
    return some([part(Math.floor(left / DAY), 'day'), part(Math.floor((left % DAY) / HOUR), 'hour')])
  }
  if (left >= HOUR) {
    return some([part(Math.floor(left / HOUR), 'hour'), part(Math.floor((left % HOUR) / MINUTE), 'minute', true)])
  }
  if (left >= 10 * MINUTE) return [part(Math.floor(left / MINUTE), 'minute')]
  return toTheSecond(left)
}

/** Every unit that is not zero, to the second: what was used. */
export function toTheSecond(ms: number): Part[] {
  const left = Math.max(0, ms)
  const parts = [
    part(Math.floor(left / DAY), 'day'),
    part(Math.floor((left % DAY) / HOUR), 'hour'),
    part(Math.floor((left % HOUR) / MINUTE), 'minute'),
    part(Math.floor((left % MINUTE) / SECOND), 'second'),
  ].filter((it) => it.n > 0)
  if (parts.length === 0) return [part(0, 'second')]
  return parts.map((it, at) => (at > 0 && it.unit !== 'hour' ? { ...it, padded: true } : it))
}

/** Leaves out a smaller unit of zero. */
function some(parts: Part[]): Part[] {
  return parts.filter((it, at) => at === 0 || it.n > 0)
}

/** In how many milliseconds the text of `rough(ms)` changes, while `ms` falls or rises. */
export function changesIn(ms: number, way: 'falls' | 'rises'): number {
  const unit = ms < 10 * MINUTE ? SECOND : MINUTE
  return way === 'falls' ? (ms % unit) + 1 : unit - (ms % unit)
}
