/** The dispatch board as data: what waits to be given to somebody, who has how much, the columns of the states. Pure. */

import type { KindOf, KindRow, Person, RecordRow, StepOf } from '@/api/types'
import { everyday } from '@/intake/kinds'

/** Kinds that are given to somebody: they have an assignee, and customers open them. */
export const dispatched = (kinds: readonly KindRow[]): KindRow[] =>
  everyday(kinds).filter((it) => it.numbered && it.duties > 0)

/** Whether one of these posts is named; where nobody's posts are known, yes. */
const by = (step: StepOf, posts: ReadonlySet<string> | null): boolean =>
  posts === null || step.by.some((it) => posts.has(it) || it === 'anyone')

/** The step that names who works on it, from a state: one that leads on before one that hands over. */
export function assigning(kind: KindOf, state: string, posts: ReadonlySet<string> | null = null): StepOf | undefined {
  const field = kind.assignee
  if (!field) return undefined
  const all = kind.steps.filter(
    (it) =>
      it.form.some((asked) => asked.field === field) &&
      (it.from.length === 0 || it.from.includes(state)) &&
      by(it, posts),
  )
  return all.find((it) => it.to !== undefined && it.to !== state) ?? all[0]
}

/** Posts of those who work on it: named by most of the steps that its assignee takes. */
export function working(kind: KindOf): Set<string> {
  const steps = kind.steps.filter((it) => it.by.includes('assignee'))
  const posts = new Set(steps.flatMap((it) => it.by))
  return new Set([...posts].filter((post) => steps.filter((it) => it.by.includes(post)).length * 2 > steps.length))
}

/** Whether nobody works on it yet, and somebody of these posts may give it to one who does. */
export const isWaiting = (kind: KindOf, row: RecordRow, posts: ReadonlySet<string> | null = null): boolean =>
  row.assignee === undefined && row.waits === undefined && assigning(kind, row.state, posts) !== undefined

/** Whether the one who works on it still has it in hand: in a state of the side that his steps are of, or waiting to come back there. */
export function inHand(kind: KindOf, row: RecordRow): boolean {
  const his = (name: string) =>
    kind.steps.some((it) => it.to !== undefined && it.by.includes('assignee') && it.from.includes(name))
  const sides = new Set(kind.states.filter((it) => !it.waits && his(it.name)).map((it) => it.with))
  const state = kind.states.find((it) => it.name === row.state)
  return state === undefined || state.waits !== undefined || (!state.closed && sides.has(state.with))
}

/** Whose turn it is: who got his latest one longest ago, those who never got one first; `rows` are the newest first. */
export function turn(people: readonly Person[], rows: readonly RecordRow[], self?: string): Person | undefined {
  const latest = (it: Person) => {
    const at = rows.findIndex((row) => row.assignee?.id === it.id)
    return at < 0 ? rows.length : at
  }
  return [...people]
    .filter((it) => it.id !== self)
    .sort((a, b) => latest(b) - latest(a) || (a.name ?? '').localeCompare(b.name ?? '', 'zh'))[0]
}

export interface Lane {
  person: Person
  rows: RecordRow[]
}

/** A lane a person: who has least first, whoever dispatches last. */
export function lanes(rows: readonly RecordRow[], people: readonly Person[], self?: string): Lane[] {
  const found = new Map<string, Lane>(people.map((person) => [person.id, { person, rows: [] }]))
  for (const row of rows) {
    if (!row.assignee) continue
    const lane = found.get(row.assignee.id) ?? { person: row.assignee, rows: [] }
    lane.rows.push(row)
    found.set(row.assignee.id, lane)
  }
  return [...found.values()].sort(
    (a, b) =>
      Number(a.person.id === self) - Number(b.person.id === self) ||
      a.rows.length - b.rows.length ||
      (a.person.name ?? '').localeCompare(b.person.name ?? '', 'zh'),
  )
}
