/** Times of day as `<input type="datetime-local">` has them, in a unit's zone and not in the machine's. Pure. */

import { civil } from './day'

const two = (n: number) => String(n).padStart(2, '0')

/** `2026-03-28T14:05` in the zone. */
export function toLocal(at: number, zone: string): string {
  const it = civil(at, zone)
  return `${it.year}-${two(it.month)}-${two(it.day)}T${two(it.hour)}:${two(it.minute)}`
}

/** The instant of a local text in a zone, as RFC 3339 with the zone's offset then; `null` for what is none. */
export function fromLocal(text: string, zone: string): string | null {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::\d{2})?$/.exec(text)
  if (!found) return null
  const naive = Date.parse(`${text.slice(0, 16)}:00Z`)
  if (Number.isNaN(naive)) return null
  // The offset depends on the instant: two rounds find it, also beside a change of the clocks.
  let at = naive
  for (let round = 0; round < 2; round += 1) at = naive - offset(at, zone)
  const minutes = Math.round((naive - at) / 60_000)
  const sign = minutes < 0 ? '-' : '+'
  return `${text.slice(0, 16)}:00${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

function offset(at: number, zone: string): number {
  const it = civil(at, zone)
  return Date.UTC(it.year, it.month - 1, it.day, it.hour, it.minute, it.second) - Math.floor(at / 1000) * 1000
}
