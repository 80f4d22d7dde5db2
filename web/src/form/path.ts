/** Units above a unit. */

import type { Unit } from '@/api/types'

/** A unit and those above it, by code. Pure. */
export function path(units: readonly Unit[], code: string): string[] {
  const found: string[] = []
  let at = units.find((it) => it.code === code)
  while (at && !found.includes(at.code)) {
    found.push(at.code)
    const parent = at.parent
    at = units.find((it) => it.code === parent)
  }
  return found.length > 0 ? found : [code]
}
