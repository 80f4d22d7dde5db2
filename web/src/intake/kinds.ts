/** Which kinds a caller's matter can become. Pure. */

import type { KindOf, KindRow } from '@/api/types'

/** Kinds that customers bring, the everyday ones first: those where most follows from the least that is asked. */
export const everyday = (kinds: readonly KindRow[]): KindRow[] =>
  kinds
    .filter((it) => it.customers)
    .sort((a, b) => b.duties * Math.max(1, a.asks) - a.duties * Math.max(1, b.asks) || a.kind.localeCompare(b.kind))

/** What a call can become, at most six. Where no kind is the customers', those with duties. */
export function takeable(kinds: readonly KindRow[]): KindRow[] {
  const theirs = everyday(kinds)
  return (theirs.length > 0 ? theirs : kinds.filter((it) => it.numbered && it.duties > 0 && !it.role)).slice(0, 6)
}

/** The link that says where: one to a place. */
export function placeLink(kind: KindOf, kinds: readonly KindRow[]): string | null {
  const places = kinds.filter((it) => it.role === 'place').map((it) => it.kind)
  return kind.links.find((it) => places.includes(it.kind))?.name ?? null
}

/** The link to one cause behind many reports. */
export const causeLink = (kind: KindOf): KindOf['links'][number] | undefined => kind.links.find((it) => it.cause)

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
