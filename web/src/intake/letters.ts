/** Letters for choices: the row above the home row for the one with the most choices, first letters of the words for pairs. Pure. */

import type { FieldOf } from '@/api/types'

export interface Letter {
  field: string
  choice: string
  key: string
}

const ROW = ['q', 'w', 'e', 'r', 't', 'y', 'u', 'i', 'o', 'p']
/** Taken by the page itself. */
const TAKEN = ['a', 'd', 'g', 'j', 'k', 'z']

export function choiceKeys(fields: readonly FieldOf[]): Letter[] {
  const many = [...fields]
    .filter((it) => (it.of?.length ?? 0) > 2 && (it.of?.length ?? 0) <= 8)
    .sort((a, b) => Number(b.required) - Number(a.required) || (b.of?.length ?? 0) - (a.of?.length ?? 0))[0]
  const found: Letter[] = []
  const used = new Set(TAKEN)
  // Pairs first: N and U mean what they say.
  for (const field of fields.filter((it) => it.of?.length === 2)) {
    for (const choice of field.of ?? []) {
      const key = [...choice.title.en.toLowerCase()].find((it) => /[a-z]/.test(it) && !used.has(it))
      if (!key) continue
      used.add(key)
      found.push({ field: field.name, choice: choice.name, key })
    }
  }
  const free = ROW.filter((it) => !used.has(it))
  for (const [at, choice] of (many?.of ?? []).entries()) {
    const key = free[at]
    if (many && key) found.push({ field: many.name, choice: choice.name, key })
  }
  return found
}
