/**
 * An inspection as a walk through the clauses of a standard: what applies, what was answered, what is left, and what a finding begins with.
 * Pure. A kind is walked so where a choice of its names standards; what is not in order becomes a record of the kind that takes a standard
 * and a clause, so that the score follows from records and from nothing else.
 */

import type { ClauseOf, KindOf, ScorecardOf, StandardRow } from '@/api/types'
import { type Asked, formOf, type Values } from '@/form/model'
import { wordsField } from '@/intake/kinds'

export type Answer = 'met' | 'failed' | 'not-applicable'

export interface Answered {
  answer: Answer
  /** What was not in order. */
  said?: string
  /** The record on its way: once it is written, the answer stays. */
  finding?: string
}

/** By clause. */
export type Answers = Readonly<Record<string, Answered>>

/** The standard that a record is inspected against: the one its choice names, else the one that the form would have named. */
export function standardOf(
  kind: KindOf,
  data: Readonly<Record<string, unknown>>,
  standards: readonly StandardRow[],
): StandardRow | null {
  for (const field of kind.fields) {
    if (field.type !== 'choice' || !field.of?.some((it) => standards.some((one) => one.standard === it.name))) continue
    const named = data[field.name] ?? kind.schema.properties?.[field.name]?.default
    return standards.find((it) => it.standard === named && it.scores === 'unit') ?? null
  }
  return null
}

export const applies = (clause: ClauseOf): boolean => clause.state !== 'not-applicable'

/** What stands for a clause: what was answered on the spot, else what the standard says of a place that has no such thing. */
export const answerOf = (clause: ClauseOf, answers: Answers): Answer | undefined =>
  answers[clause.clause]?.answer ?? (applies(clause) ? undefined : 'not-applicable')

export interface Tally {
  met: number
  failed: number
  out: number
  left: number
}

export function tally(card: Pick<ScorecardOf, 'clauses'>, answers: Answers): Tally {
  const found: Tally = { met: 0, failed: 0, out: 0, left: 0 }
  for (const clause of card.clauses) {
    const answer = answerOf(clause, answers)
    if (answer === 'met') found.met += 1
    else if (answer === 'failed') found.failed += 1
    else if (answer === 'not-applicable') found.out += 1
    else found.left += 1
  }
  return found
}

/** The next item without an answer after this one, from the beginning again at the end; the item itself where none is left. */
export function nextOpen(card: Pick<ScorecardOf, 'clauses'>, answers: Answers, from: number): number {
  const { length } = card.clauses
  for (let step = 1; step <= length; step += 1) {
    const at = (from + step) % length
    const clause = card.clauses[at]
    if (clause && answerOf(clause, answers) === undefined) return at
  }
  return from
}

/** Answers the item. One whose finding is written keeps its answer: that is taken back in the finding itself. */
export function answer(answers: Answers, clause: string, given: Answered): Answers {
  return answers[clause]?.finding ? answers : { ...answers, [clause]: given }
}

/** How a finding is opened, if the kind takes one of a standard at all. */
export interface FindingForm {
  /** Takes what was not in order. */
  words: Asked
  photos: Asked | null
  /** What else must be said, with what is likeliest chosen already; and whether it is a red line. */
  asks: Asked[]
  begins: Values
  /** What this page knows by itself. */
  given: Record<string, unknown>
}

const STANDARD = 'standard'
const CLAUSE = 'clause'
const OTHER = 'other'

/** `inspected`: the kind that is walked through, which the finding may name as its source. */
export function findingForm(kind: KindOf, inspected: string): FindingForm | null {
  const { fields } = formOf(kind, kind.open)
  const has = (name: string) => fields.some((it) => it.name === name && it.type === 'text')
  const words = fields.find((it) => it.name === wordsField(kind))
  if (!has(STANDARD) || !has(CLAUSE) || !words) return null
  const given: Record<string, unknown> = {}
  for (const it of fields) {
    if (it.type === 'choice' && it.of.some((one) => one.name === inspected)) given[it.name] = inspected
  }
  const asks = fields.filter(
    (it) => it !== words && !(it.name in given) && it.type !== 'moment' && (it.required || it.type === 'bool'),
  )
  const begins: Values = {}
  for (const it of asks) {
    begins[it.name] = it.type === 'bool' ? null : it.of.some((one) => one.name === OTHER) ? OTHER : ''
  }
  return { words, photos: fields.find((it) => it.type === 'files') ?? null, asks, begins, given }
}

/** What a finding holds when it is handed in. `now`: RFC 3339. */
export function findingData(
  form: FindingForm,
  kind: KindOf,
  about: { standard: string; clause: string; said: string; now: string },
): Record<string, unknown> {
  const moments = formOf(kind, kind.open).fields.filter((it) => it.type === 'moment' && it.required)
  return {
    ...form.given,
    ...Object.fromEntries(moments.map((it) => [it.name, about.now])),
    [STANDARD]: about.standard,
    [CLAUSE]: about.clause,
    [form.words.name]: about.said,
  }
}

const GAPS = 'gaps'

/** What the form of the step begins with: the day, and every item that was not in order. `day`: YYYY-MM-DD. */
export function handIn(kind: KindOf, step: KindOf['steps'][number], day: string, gaps: string): Values {
  const { fields } = formOf(kind, step)
  const found: Values = {}
  for (const it of fields) {
    if (it.type === 'day' && it.required) found[it.name] = day
    if (it.name === GAPS) found[it.name] = gaps
  }
  return found
}

const key = (record: string) => `guanjia.inspection.${record}`

/** What was answered so far on this device: it outlives a closed browser and a dead battery. */
export function keptAnswers(record: string): Answers {
  try {
    return JSON.parse(localStorage.getItem(key(record)) ?? '{}') as Answers
  } catch {
    return {}
  }
}

export function keepAnswersOf(record: string, answers: Answers | null): void {
  try {
    if (answers) localStorage.setItem(key(record), JSON.stringify(answers))
    else localStorage.removeItem(key(record))
  } catch {
    // No room: the answers live as long as the page, and findings have their own place.
  }
}
