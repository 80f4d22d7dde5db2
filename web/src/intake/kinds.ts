/** Which kinds a caller's matter can become. Pure. */

import type { KindOf, KindRow } from '@/api/types'

/** What customers bring: the quickest to register first, at most six. Where no kind is theirs, those with duties. */
export function takeable(kinds: readonly KindRow[]): KindRow[] {
  const theirs = kinds.filter((it) => it.customers)
  return (theirs.length > 0 ? theirs : kinds.filter((it) => it.numbered && it.duties > 0 && !it.role))
    .sort((a, b) => a.asks - b.asks || b.duties - a.duties || a.kind.localeCompare(b.kind))
    .slice(0, 6)
}

/** The link that says where: one to a place. */
export function placeLink(kind: KindOf, kinds: readonly KindRow[]): string | null {
  const places = kinds.filter((it) => it.role === 'place').map((it) => it.kind)
  return kind.links.find((it) => places.includes(it.kind))?.name ?? null
}

/** The field that takes the words of the caller: the label's first text that the form asks for. */
export function wordsField(kind: KindOf): string | null {
  const texts = kind.open.form
    .map((it) => kind.fields.find((field) => field.name === it.field))
    .filter((it) => it !== undefined)
    .filter((it) => (it.type === 'text' || it.type === 'long-text') && !it.private)
  return texts.find((it) => kind.label.includes(it.name))?.name ?? texts[0]?.name ?? null
}

export const choiceFields = (kind: KindOf) =>
  kind.open.form.flatMap((it) => kind.fields.find((field) => field.name === it.field && field.type === 'choice') ?? [])
