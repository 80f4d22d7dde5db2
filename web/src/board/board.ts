/** A board: the open states of a kind from left to right, what waits apart, and the cards in each. Pure. */

import type { KindOf, RecordRow, StateOf } from '@/api/types'

export interface Column {
  state: StateOf
  cards: RecordRow[]
  /** More stand in it than were read. */
  count: number
}

/** Open states in the order of the kind; one that is empty and only waits for somebody is left out. */
export function columns(
  kind: KindOf,
  rows: readonly RecordRow[],
  counts: readonly { kind: string; state: string; records: number }[],
): Column[] {
  return kind.states
    .filter((it) => !it.closed)
    .map((state): Column => {
      const cards = rows.filter((it) => it.state === state.name)
      const told = counts.find((it) => it.kind === kind.kind && it.state === state.name)?.records ?? 0
      return { state, cards, count: Math.max(told, cards.length) }
    })
    .filter((it) => it.count > 0 || it.state.waits === undefined)
}

/** What a board is for: a matter that nobody is assigned to and that many hands bring through many states. */
export function boardKind(kinds: readonly KindOf[]): KindOf | undefined {
  const open = (it: KindOf) => it.states.filter((state) => !state.closed).length
  return [...kinds].sort(
    (a, b) => Number(a.assignee !== undefined) - Number(b.assignee !== undefined) || open(b) - open(a),
  )[0]
}

/** Days that stand on a card: until when a permit holds, when the work ends. */
export const dayFields = (kind: KindOf): string[] =>
  kind.fields.filter((it) => it.type === 'day' && !it.private).map((it) => it.name)
