/** What is asked for and not yet given: whose word is missing, and a place to say it for whoever stands in that post. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { recordPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { RecordOf } from '@/api/types'
import { Button, TextArea } from '@/design/controls'
import { useOnceKey } from '@/form/once'
import { Refusal } from '@/refusal/Refusal'
import { usePosts } from '@/session/session'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'

type Running = RecordOf['approvals'][number]

export function Approvals({ unit, record }: { unit: string; record: RecordOf }) {
  return record.approvals.map((it) => <Asked key={`${it.approval}:${it.stage}`} unit={unit} record={record} it={it} />)
}

function Asked({ unit, record, it }: { unit: string; record: RecordOf; it: Running }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const id = useId()
  const queries = useQueryClient()
  const posts = usePosts(unit)
  const keyOf = useOnceKey()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const mine = posts === null || it.posts.some((post) => posts.has(post))
  const send = useMutation({
    mutationFn: (answer: 'approve' | 'return') => {
      const path = `${recordPath(unit, record.id)}/approvals/${encodeURIComponent(it.approval)}`
      const body = { answer, ...(reason.trim() ? { reason: reason.trim() } : {}) }
      return ask('POST', path, { body, key: keyOf([path, body, record.version]), version: record.version })
    },
    onSuccess: () => void queries.invalidateQueries(),
  })
  const give = (answer: 'approve' | 'return') => () => {
    // Who sends something back says why.
    const empty = answer === 'return' && !reason.trim()
    setMissing(empty)
    if (!empty) send.mutate(answer)
  }
  return (
    <section className="card" aria-label={text(it.title)}>
      <h2>{text(it.title)}</h2>
      <p className="quiet small">{words.approval.missing(it.posts.map(names.post).join(words.field.comma))}</p>
      {mine && !it.returned ? (
        <div className="signin-form">
          {send.error ? <Refusal error={send.error} /> : null}
          <label htmlFor={id}>{words.approval.reason}</label>
          <TextArea
            id={id}
            value={reason}
            aria-invalid={missing}
            aria-describedby={missing ? `${id}-fault` : undefined}
            onChange={(event) => setReason(event.target.value)}
          />
          {missing ? (
            <p id={`${id}-fault`} className="fault">
              {`– ${words.approval.why}`}
            </p>
          ) : null}
          <div className="refusal-do">
            <Button busy={send.isPending} onClick={give('return')}>
              {words.approval.sendBack}
            </Button>
            <Button kind="primary" busy={send.isPending} onClick={give('approve')}>
              {words.approval.agree}
            </Button>
          </div>
        </div>
      ) : null}
    </section>
  )
}
