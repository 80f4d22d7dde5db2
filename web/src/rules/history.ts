/** What a parameter was, is and will be: every value that was set for a unit from a day on, by whom and why; and values in words. Pure. */

import type { ParameterOf, RecordRow, Unit } from '@/api/types'
import { path } from '@/form/path'
import type { Words } from '@/words'

export interface SetValue {
  unit: string
  value: string
  /** The first day on which it holds, `2026-04-01`. */
  from: string
  /** Why, and the record that keeps it, as far as one may read them. */
  reason: string
  record: string | null
  /** In force in its unit today, to come, or replaced since. */
  stands: 'now' | 'later' | 'past'
}

/**
 * By unit, from the top down, the latest first. What holds here and above comes with the parameter; what was set further down comes
 * with the records that keep it.
 */
export function history(
  parameter: Pick<ParameterOf, 'parameter' | 'set'>,
  kept: ReadonlyMap<string, readonly RecordRow[]>,
  units: readonly Unit[],
  today: string,
): SetValue[] {
  const text = (row: RecordRow, name: string) => String(row.data?.[name] ?? '')
  const found: SetValue[] = []
  for (const [unit, rows] of kept) {
    // Of two that hold from one day the later word stands.
    for (const row of [...rows].sort((a, b) => Date.parse(b.opened_at) - Date.parse(a.opened_at)))
      if (text(row, 'parameter') === parameter.parameter)
        found.push({
          unit,
          value: text(row, 'value'),
          from: text(row, 'from').slice(0, 10),
          reason: text(row, 'reason'),
          record: row.id,
          stands: 'past',
        })
  }
  for (const it of parameter.set) {
    const from = it.from.slice(0, 10)
    if (!found.some((one) => one.unit === it.unit && one.from === from && one.value === it.value))
      found.push({ unit: it.unit, value: it.value, from, reason: '', record: null, stands: 'past' })
  }
  const depth = (unit: string) => path(units, unit).length
  found.sort((a, b) => depth(a.unit) - depth(b.unit) || compare(a.unit, b.unit) || compare(b.from, a.from))
  const settled = new Set<string>()
  const later = new Set<string>()
  for (const it of found) {
    if (it.from > today) {
      if (!later.has(`${it.unit} ${it.from}`)) it.stands = 'later'
      later.add(`${it.unit} ${it.from}`)
    } else if (!settled.has(it.unit)) {
      it.stands = 'now'
      settled.add(it.unit)
    }
  }
  return found
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** A unit and those below it, itself first. */
export function below(units: readonly Unit[], code: string): string[] {
  const found = [code]
  for (const at of found) for (const it of units) if (it.parent === at && !found.includes(it.code)) found.push(it.code)
  return found
}

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/

/** What people say for a value: PT20M is 20 minutes. What is not understood stands as it is. */
export function valueText(unit: string, value: string, words: Words): string {
  if (unit === 'bp' && /^\d+$/.test(value)) return `${Number(value) / 100}%`
  if (unit === 'fen' && /^\d+$/.test(value)) return `¥ ${(Number(value) / 100).toFixed(2)}`
  if (unit === 'flag') return value === 'true' ? words.record.yes : value === 'false' ? words.record.no : value
  const parts = unit === 'duration' ? DURATION.exec(value)?.slice(1) : undefined
  if (!parts?.some(Boolean)) return value
  const { years, months, weeks, days, hours, minutes, seconds } = words.rules.spans
  const spans = [years, months, weeks, days, hours, minutes, seconds]
  return parts.flatMap((n, at) => (n === undefined ? [] : [spans[at]?.(n) ?? n])).join(words.span.between)
}
