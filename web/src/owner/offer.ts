/** What a customer may open himself, and what such a form asks him first. Pure: it follows from the kinds, so a new kind needs nothing here. */

import type { EntryOf, KindOf, StepNow, StepOf } from '@/api/types'
import type { Asked, FormModel } from '@/form/model'
import { wordsField } from '@/intake/kinds'

const PARTY = 'party:'

/** The link by which a customer takes the step, if he may take it at all. */
export function linkOf(step: StepOf): string | null {
  return step.by.find((it) => it.startsWith(PARTY))?.slice(PARTY.length) ?? null
}

/** The kind whose records are customers, as this kind links it. */
export function registerOf(kind: KindOf): string | null {
  const link = linkOf(kind.open)
  return kind.links.find((it) => it.name === link)?.kind ?? null
}

export interface Asks {
  words: Asked | null
  photos: Asked | null
  /** What nobody can guess, and when he would like somebody to come. */
  first: Asked[]
  /** The rest, folded away. */
  more: Asked[]
  /** What this page knows by itself: by which way the matter came. */
  given: Record<string, string>
}

/** Names of the choice that says: by this page. */
const HERE = ['app', 'online']

export function asks(model: FormModel, kind: KindOf): Asks {
  const given: Record<string, string> = {}
  for (const field of model.fields) {
    const here = field.type === 'choice' ? field.of.find((it) => HERE.includes(it.name)) : undefined
    if (here) given[field.name] = here.name
  }
  const words = model.fields.find((it) => it.name === wordsField(kind)) ?? null
  const photos = model.fields.find((it) => it.type === 'files') ?? null
  const rest = model.fields.filter((it) => it !== words && it !== photos && !(it.name in given))
  const isFirst = (it: Asked) => it.required || it.type === 'moment'
  const inForm = (it: Asked) => model.step.form.some((one) => one.field === it.name && one.required)
  return {
    words,
    photos,
    first: rest.filter(isFirst),
    // What has a default and need not be said is the staff's business.
    more: rest.filter((it) => !isFirst(it) && (it.fallback === undefined || inForm(it))),
    given,
  }
}

/** Whether the step says how it was, with a mark or a signature. */
export const rates = (kind: KindOf, step: StepOf): boolean =>
  step.form.some((one) => {
    const type = kind.fields.find((field) => field.name === one.field)?.type
    return type === 'signature' || type === 'bool'
  })

/** Steps that a customer may take now: those that say how it was come first. */
export function ownSteps(kind: KindOf, steps: readonly StepNow[]): StepOf[] {
  const may = new Set(steps.filter((it) => it.may).map((it) => it.step))
  return kind.steps
    .filter((it) => may.has(it.name) && linkOf(it) !== null)
    .sort((a, b) => Number(rates(kind, b)) - Number(rates(kind, a)))
}

/** The entry that took a step which is not offered any more, if that is why: somebody was quicker, perhaps he himself elsewhere. */
export function takenBefore(step: string, offered: readonly StepOf[], entries: readonly EntryOf[]): EntryOf | null {
  if (offered.some((it) => it.name === step)) return null
  return entries.findLast((it) => it.step === step) ?? null
}
