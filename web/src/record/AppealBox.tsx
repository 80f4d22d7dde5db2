/** Deciding on an appeal: whether the verdict counts, with the reason; or taking a rejected one to the unit above. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { recordPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { KindOf, StepTaken, WholeRecord } from '@/api/types'
import { Button, TextArea } from '@/design/controls'
import { useOnceKey } from '@/form/once'
import { Refusal } from '@/refusal/Refusal'
import { useWords } from '@/words'

interface Props {
  unit: string
  kind: KindOf
  whole: WholeRecord
}

export function AppealBox({ unit, kind, whole }: Props) {
  const words = useWords()
  const id = useId()
  const queries = useQueryClient()
  const keyOf = useOnceKey()
  const [reason, setReason] = useState('')
  const { record } = whole
  // Steps that only this function may take say so; whatever else stands against one keeps it out.
  const can = whole.steps.filter((it) => it.may || it.why?.every((why) => why.code === 'use-case-only'))
  const goesOn = can.some((it) => it.step === 'go-on')
  const decides = can.some((it) => it.step !== 'go-on')
  const send = useMutation({
    mutationFn: (asked: { excused?: boolean }) => {
      const path = `${recordPath(unit, record.id).replace('/records/', '/appeals/')}/${goesOn ? 'go-on' : 'decide'}`
      const body = goesOn ? { statement: reason.trim() } : { excused: asked.excused === true, reason: reason.trim() }
      return ask<StepTaken>('POST', path, { body, key: keyOf([path, body]) })
    },
    onSuccess: () => {
      setReason('')
      void queries.invalidateQueries()
    },
  })
  if (kind.role !== 'appeal' || record.closed_at || !(goesOn || decides)) return null
  const submit = (event: FormEvent) => event.preventDefault()
  const give = (excused?: boolean) => () => reason.trim() && send.mutate(excused === undefined ? {} : { excused })
  return (
    <section className="card" aria-label={words.appeal.decide}>
      <h2>{goesOn ? words.appeal.goOn : words.appeal.decide}</h2>
      <form className="signin-form" onSubmit={submit}>
        {send.error ? <Refusal error={send.error} /> : null}
        <label htmlFor={id}>{goesOn ? words.appeal.statement : words.appeal.reason}</label>
        <TextArea id={id} value={reason} onChange={(event) => setReason(event.target.value)} />
        {goesOn ? (
          <Button kind="primary" busy={send.isPending} onClick={give()}>
            {words.appeal.goOn}
          </Button>
        ) : (
          <div className="refusal-do">
            <Button busy={send.isPending} onClick={give(false)}>
              {words.appeal.reject}
            </Button>
            <Button kind="primary" busy={send.isPending} onClick={give(true)}>
              {words.appeal.uphold}
            </Button>
          </div>
        )}
      </form>
    </section>
  )
}
