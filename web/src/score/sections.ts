/** The paper table: clauses by section with what each lost. Pure; sums are of hundredths. */

import type { ClauseOf, StandardRow } from '@/api/types'
import { asNumber, difference, sum } from '@/design/number'

export interface Section {
  name: string
  /** None of its clauses applies here. */
  out: boolean
  clauses: ClauseOf[]
  full: string
  earned: string
  lost: string
  pending: number
}

export const clauseLost = (it: ClauseOf): string => (it.points === undefined ? '0.00' : difference(it.full, it.points))

export function sections(clauses: readonly ClauseOf[]): Section[] {
  const found = new Map<string, ClauseOf[]>()
  for (const it of clauses) {
    const name = it.section ?? ''
    found.set(name, [...(found.get(name) ?? []), it])
  }
  return [...found].map(([name, all]) => {
    const counted = all.filter((it) => it.points !== undefined)
    const full = sum(counted.map((it) => it.full))
    const earned = sum(counted.map((it) => it.points ?? '0.00'))
    return {
      name,
      out: all.every((one) => one.points === undefined),
      clauses: all,
      full,
      earned,
      lost: difference(full, earned),
      pending: all.reduce((total, it) => total + it.parts.reduce((n, part) => n + part.pending, 0), 0),
    }
  })
}

/** Met of counted, over the parts of a clause. */
export function counted(it: ClauseOf): { met: number; of: number; pending: number; excused: number } {
  return it.parts.reduce(
    (total, part) => ({
      met: total.met + part.m,
      of: total.of + part.m + part.v,
      pending: total.pending + part.pending,
      excused: total.excused + part.excused,
    }),
    { met: 0, of: 0, pending: 0, excused: 0 },
  )
}

/** Worst first: what lost most, then what is at stake. */
export function worstFirst<T extends { verdict: string; costs?: string }>(items: readonly T[]): T[] {
  const rank = (it: T) =>
    [
      'missed',
      'late',
      'mark',
      'pending',
      'excused',
      'exempt',
      'withdrawn',
      'anomalous',
      'not-applicable',
      'met',
      'counted',
    ].indexOf(it.verdict)
  return [...items].sort((a, b) => rank(a) - rank(b) || asNumber(b.costs ?? '0') - asNumber(a.costs ?? '0'))
}

/** What members are scored by comes first, the one with the most clauses. */
export function preferred(all: readonly StandardRow[]): StandardRow | undefined {
  return [...all].sort(
    (a, b) => Number(b.scores === 'member') - Number(a.scores === 'member') || b.clauses - a.clauses,
  )[0]
}
