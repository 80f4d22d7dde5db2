/** What many records have in common, and what is sent for them. Pure but for the keys, which are made once for the same content. */

import { newKey } from '@/api/client'
import type { KindOf, RecordRow, StepNow, StepOf } from '@/api/types'

/** So many at once: the server takes no more. */
export const MOST = 100

/** The first of each state. */
export function oneOfEachState(rows: readonly RecordRow[]): RecordRow[] {
  return rows.filter((row, index) => rows.findIndex((it) => it.state === row.state) === index)
}

/** Steps that each of the records admits and that need nobody else's signature, in the order of the kind. */
export function shared(kind: KindOf, admitted: readonly (readonly StepNow[])[]): StepOf[] {
  return kind.steps.filter(
    (step) =>
      admitted.length > 0 &&
      step.cosign.every((it) => !it.required) &&
      admitted.every((steps) => steps.some((it) => it.step === step.name && it.may)),
  )
}

/** A key for a record and what is sent for it: the same when it is sent again. */
export function keysOf(make: () => string = newKey): (content: unknown) => string {
  const keys = new Map<string, string>()
  return (content) => {
    const text = JSON.stringify(content)
    const key = keys.get(text) ?? make()
    keys.set(text, key)
    return key
  }
}

/** The steps of a batch, each with the version that was seen. */
export function batchOf(
  rows: readonly RecordRow[],
  step: string,
  content: Record<string, unknown>,
  keyOf: (content: unknown) => string,
): Record<string, unknown>[] {
  return rows.map((row) => ({
    ...content,
    record: row.id,
    step,
    version: row.version,
    idempotency_key: keyOf([row.id, step, row.version, content]),
  }))
}
