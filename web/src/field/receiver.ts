/** Who receives the work of a step, and where his name stands: a party that signs beside, and the form's own field for a signature. Pure. */

import type { KindOf, StepOf } from '@/api/types'
import type { FormModel } from '@/form/model'

const PARTY = 'party:'

export interface Receiver {
  /** As the step names him. */
  who: string
  /** The link that leads to him. */
  link: string
  /** Holds what he drew. */
  field: string
}

/** Nobody, unless it is plain whose drawing it is: one party signs beside, and the form holds one signature. */
export function receiverOf(kind: KindOf, step: StepOf, model: FormModel): Receiver | null {
  const [first, another] = step.cosign.filter((it) => it.who.startsWith(PARTY))
  const [field, second] = model.fields.filter((it) => it.type === 'signature')
  if (!first || another || !field || second) return null
  const link = first.who.slice(PARTY.length)
  return kind.links.some((it) => it.name === link) ? { who: first.who, link, field: field.name } : null
}

/** What he signs for, as text: a drawing stands for what he was shown and for nothing else. */
export const readAs = (data: Record<string, unknown>): string =>
  JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)))
