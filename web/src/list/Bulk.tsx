/**
 * One step on many records: chosen rows, a step that all their states admit, one form, and what became of each. What was refused stays chosen,
 * and what was typed stays in the form until all of them are done.
 */

import { useQueries } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { recordQuery, unitPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { KindOf, Outcomes, RecordRow, StepOf } from '@/api/types'
import { Button } from '@/design/controls'
import { Sheet } from '@/form/Sheet'
import { StepForm } from '@/form/StepForm'
import { Notice } from '@/refusal/Refusal'
import { type Problem, Refused, told } from '@/refusal/refusal'
import { useLanguage, useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { batchOf, keysOf, oneOfEachState, shared } from './bulk'

interface Props {
  unit: string
  zone: string
  kind: KindOf
  picked: RecordRow[]
  onPicked: (left: RecordRow[]) => void
}

export function Bulk({ unit, zone, kind, picked, onPicked }: Props) {
  const words = useWords()
  const text = useText()
  const language = useLanguage()
  const names = useNames()
  const [step, setStep] = useState<StepOf | null>(null)
  const [refused, setRefused] = useState<{ row: RecordRow; problem: Problem }[]>([])
  const [done, setDone] = useState(0)
  const keys = useRef(keysOf())
  // What one of a state admits, all of it do, as far as its state is concerned; what stands against one of them is said of that one.
  const asked = useQueries({ queries: oneOfEachState(picked).map((row) => recordQuery(unit, row.id)) })
  const known = asked.every((it) => it.data !== undefined)
  const steps = known
    ? shared(
        kind,
        asked.map((it) => it.data?.steps ?? []),
      )
    : []

  const send = async (content: Record<string, unknown>) => {
    if (!step) return true
    const { outcomes } = await ask<Outcomes>('POST', `${unitPath(unit)}/steps`, {
      body: { steps: batchOf(picked, step.name, content, keys.current) },
    })
    const failed = outcomes.flatMap((it) => {
      const row = picked.find((one) => one.id === it.record)
      return row && it.problem ? [{ row, problem: it.problem as Problem }] : []
    })
    setDone(picked.length - failed.length)
    setRefused(failed)
    onPicked(failed.map((it) => it.row))
    if (failed.length === 0) setStep(null)
    return failed.length === 0
  }

  return (
    <div className="bulk" role="group" aria-label={words.list.bulk}>
      <b aria-live="polite">
        {picked.length > 0 ? words.list.picked(picked.length) : done > 0 ? words.list.done(done) : words.list.pickSome}
      </b>
      {picked.length > 0 && known && steps.length === 0 ? <span className="quiet">{words.list.noStep}</span> : null}
      {steps.map((it) => (
        <Button
          key={it.name}
          onClick={() => {
            setRefused([])
            setDone(0)
            setStep(it)
          }}
        >
          {text(it.title)}
        </Button>
      ))}
      {picked.length > 0 ? <Button onClick={() => onPicked([])}>{words.list.unpick}</Button> : null}
      {step ? (
        <Sheet title={words.list.onAll(text(step.title), picked.length)} close={() => setStep(null)}>
          {refused.length > 0 ? (
            <Notice
              title={words.list.someRefused(done, refused.length)}
              lines={refused.map(({ row, problem }) => {
                const { title, lines } = told(new Refused(problem), language, words)
                return `${names.label(row)}: ${title} ${lines.join(' ')}`
              })}
            />
          ) : null}
          <StepForm
            unit={unit}
            zone={zone}
            kind={kind}
            step={step}
            collect={send}
            onCancel={() => setStep(null)}
            onDone={() => setStep(null)}
          />
        </Sheet>
      ) : null}
    </div>
  )
}
