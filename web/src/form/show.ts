/** What a field holds, in words. Pure. */

import type { KindOf } from '@/api/types'
import { dayText, when } from '@/clock/day'
import { percent, yuan } from '@/design/number'
import type { Text, Words } from '@/words'

export interface Shown {
  /** Names of members and teams by id. */
  people?: ReadonlyMap<string, string>
  now: number
  zone: string
  words: Words
  text: (it: Text) => string
}

export function shown(kind: KindOf, name: string, value: unknown, by: Shown): string {
  const field = kind.fields.find((it) => it.name === name)
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return ''
  const choice = (it: unknown) => {
    const found = field?.of?.find((choice) => choice.name === it)
    return found ? by.text(found.title) : String(it)
  }
  switch (field?.type) {
    case 'bool':
      return value === true ? by.words.record.yes : by.words.record.no
    case 'choice':
      return choice(value)
    case 'choices':
      return Array.isArray(value) ? value.map(choice).join(by.words.language === 'en' ? ', ' : '、') : choice(value)
    case 'money':
      return `¥ ${yuan(Number(value))}`
    case 'ratio':
      return `${percent(Number(value))}%`
    case 'day':
      return dayText(String(value), by.now, by.zone, by.words)
    case 'moment':
    case 'instant':
      return /^\d{4}-\d{2}-\d{2}$/.test(String(value))
        ? dayText(String(value), by.now, by.zone, by.words)
        : when(Date.parse(String(value)), by.now, by.zone, by.words)
    case 'files':
      return by.words.record.files(Array.isArray(value) ? value.length : 1)
    case 'signature':
      return by.words.form.signed
    case 'member':
    case 'team':
      // An id is nobody's name: what is not known here is not shown.
      return by.people?.get(String(value)) ?? ''
    default:
      return Array.isArray(value) ? value.join(' ') : String(value)
  }
}
