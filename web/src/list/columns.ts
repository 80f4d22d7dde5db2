/** The columns of a list: what every record has, then the fields of its kind. Pure. */

import type { KindOf } from '@/api/types'

export type Column = 'clock' | 'number' | 'label' | 'state' | 'holder' | 'opened' | `field:${string}`

const PLAIN = ['choice', 'bool', 'day', 'moment', 'instant', 'money', 'int', 'text', 'phone', 'member', 'team']

/** What a list shows until somebody chooses. */
export function usual(kind: KindOf): Column[] {
  const fields = kind.fields
    .filter((it) => ['choice', 'day', 'moment'].includes(it.type) && !it.private && !kind.label.includes(it.name))
    .slice(0, kind.duties.length > 0 ? 2 : 4)
  const clock: Column[] = kind.duties.length > 0 ? ['clock'] : []
  const number: Column[] = kind.numbered ? ['number'] : []
  const holder: Column[] = kind.duties.length > 0 ? ['holder'] : []
  return [...clock, ...number, 'label', 'state', ...fields.map((it): Column => `field:${it.name}`), ...holder, 'opened']
}

/** All that can be chosen, in the order of the form. */
export function possible(kind: KindOf): Column[] {
  const fields = kind.fields.filter((it) => PLAIN.includes(it.type) && !kind.label.includes(it.name))
  const clock: Column[] = kind.duties.length > 0 ? ['clock', 'holder'] : []
  return [...clock, 'number', 'label', 'state', 'opened', ...fields.map((it): Column => `field:${it.name}`)]
}

export const fieldOf = (column: Column): string | null => (column.startsWith('field:') ? column.slice(6) : null)

export const width = (column: Column): string => {
  switch (column) {
    case 'clock':
      return 'minmax(190px, auto)'
    case 'label':
      return 'minmax(220px, 3fr)'
    case 'number':
      return 'minmax(190px, 1.2fr)'
    case 'state':
    case 'holder':
      return 'minmax(84px, .8fr)'
    default:
      return 'minmax(96px, 1fr)'
  }
}
