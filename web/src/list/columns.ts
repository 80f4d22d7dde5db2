/** The columns of a list: what every record has, then the fields of its kind. Pure. */

import type { KindOf } from '@/api/types'

export type Column = 'clock' | 'number' | 'label' | 'state' | 'holder' | 'opened' | `field:${string}` | `link:${string}`

const PLAIN = ['choice', 'bool', 'day', 'moment', 'instant', 'money', 'int', 'text', 'phone', 'member', 'team']

/** What a list shows until somebody chooses. */
export function usual(kind: KindOf, places: readonly string[] = []): Column[] {
  const fields = kind.fields
    .filter((it) => ['choice', 'day', 'moment'].includes(it.type) && !it.private && !kind.label.includes(it.name))
    .slice(0, kind.duties.length > 0 ? 2 : 4)
  const clock: Column[] = kind.duties.length > 0 ? ['clock'] : []
  const number: Column[] = kind.numbered ? ['number'] : []
  const place = kind.links.filter((it) => places.includes(it.kind)).slice(0, 1)
  const holder: Column[] = kind.duties.length > 0 ? ['holder'] : []
  return [
    ...clock,
    ...number,
    'label',
    ...place.map((it): Column => `link:${it.name}`),
    'state',
    ...fields.map((it): Column => `field:${it.name}`),
    ...holder,
    'opened',
  ]
}

/** All that can be chosen, in the order of the form. */
export function possible(kind: KindOf): Column[] {
  const fields = kind.fields.filter((it) => PLAIN.includes(it.type) && !kind.label.includes(it.name))
  const clock: Column[] = kind.duties.length > 0 ? ['clock', 'holder'] : []
  return [
    ...clock,
    'number',
    'label',
    'state',
    'opened',
    ...kind.links.map((it): Column => `link:${it.name}`),
    ...fields.map((it): Column => `field:${it.name}`),
  ]
}

export const linkOf = (column: Column): string | null => (column.startsWith('link:') ? column.slice(5) : null)
export const fieldOf = (column: Column): string | null => (column.startsWith('field:') ? column.slice(6) : null)

/** Least width in pixels and the share of what is left over. */
function span(column: Column): [number, number] {
  switch (column) {
    case 'clock':
      return [172, 0]
    case 'label':
      return [150, 3]
    case 'number':
      return [172, 0]
    case 'state':
      return [100, 1]
    case 'opened':
      return [128, 0]
    default:
      return [72, 1]
  }
}

export const width = (column: Column): string => {
  const [least, share] = span(column)
  return share > 0 ? `minmax(${least}px, ${share}fr)` : `${least}px`
}

/** Below this the table scrolls sideways: columns, the gaps between them and the margins. */
export const leastWidth = (columns: readonly Column[]): number =>
  columns.reduce((sum, it) => sum + span(it)[0] + 12, 16)
