/** Geometry of ribbons: shares of a line of time, in per cent. Pure. */

export interface Stretch {
  from: number
  until: number
  /** Who held the matter: `service`, `engineering`, a cause of waiting … */
  with: string
  /** The clock stood still. */
  waits: boolean
}

export interface Placed extends Stretch {
  left: number
  width: number
}

/** Neighbouring stretches of one holder become one. */
export function joined(all: readonly Stretch[]): Stretch[] {
  const out: Stretch[] = []
  for (const it of all) {
    const last = out.at(-1)
    if (last && last.with === it.with && last.waits === it.waits && last.until >= it.from) last.until = it.until
    else if (it.until > it.from) out.push({ ...it })
  }
  return out
}

export function placed(all: readonly Stretch[], from: number, to: number): Placed[] {
  const whole = Math.max(1, to - from)
  return all.map((it) => {
    const left = ((Math.max(from, it.from) - from) / whole) * 100
    const right = ((Math.min(to, it.until) - from) / whole) * 100
    return { ...it, left, width: Math.max(0, right - left) }
  })
}

/** Time by holder, the order of first appearance. */
export function shares(all: readonly Stretch[]): { with: string; waits: boolean; ms: number }[] {
  const found = new Map<string, { with: string; waits: boolean; ms: number }>()
  for (const it of all) {
    const share = found.get(it.with) ?? { with: it.with, waits: it.waits, ms: 0 }
    share.ms += it.until - it.from
    found.set(it.with, share)
  }
  return [...found.values()]
}

/** Where an instant lies on the day ribbon: the shift takes 88 %, what comes after it is compressed behind the break mark. */
export function onDay(at: number, start: number, shiftEnd: number, end: number): number {
  const share = (from: number, to: number) => (to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 0)
  return at <= shiftEnd ? share(start, shiftEnd) * 88 : 88 + share(shiftEnd, end) * 12
}
