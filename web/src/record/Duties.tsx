/** Duties of a record: verdict, what, used of the limit; one that waits for anybody of a post is taken here, and one that was missed excused. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { recordPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { DutyDecided, DutyToDo, WholeRecord } from '@/api/types'
import { until } from '@/clock/day'
import { limitText, spanText } from '@/clock/say'
import { rough, toTheSecond } from '@/clock/span'
import { serverNow } from '@/clock/ticker'
import { Button, TextArea } from '@/design/controls'
import { clockOfDecided, holderText } from '@/duty/facts'
import { useOnceKey } from '@/form/once'
import { Refusal } from '@/refusal/Refusal'
import { useMe, usePosts } from '@/session/session'
import { Verdict } from '@/verdict/Verdict'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'

interface Props {
  unit: string
  whole: WholeRecord
  zone: string
}

export function Duties({ unit, whole, zone }: Props) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const me = useMe()
  const posts = usePosts(unit)
  const now = serverNow()
  const { duties } = whole
  if (duties.to_do.length + duties.decided.length === 0) return <p className="quiet">{words.record.noDuties}</p>
  // Who decides on appeals looks into what was missed; that nobody excuses himself is the server's business.
  const reviews = me?.units?.some((it) => it.code === unit && it.may.includes('appeals')) === true
  const mayTake = (it: DutyToDo) => it.holder.type === 'pool' && posts?.has(it.holder.post) === true
  return (
    <ul className="dues">
      {duties.decided.map((it) => (
        <li key={`${it.duty}:${it.occurrence}`}>
          <Verdict of={it.outcome} />
          <b>{text(it.title)}</b>
          <span className="small">{used(it)}</span>
          {reviews && it.outcome === 'missed' ? <Excuse unit={unit} whole={whole} it={it} /> : null}
        </li>
      ))}
      {duties.to_do.map((it) => (
        <li key={`${it.duty}:${it.occurrence}`}>
          <Verdict of={it.excused ? 'excused' : it.late ? 'missed' : 'pending'} />
          <b>{text(it.title)}</b>
          <span className="small">
            {words.day.before(until(Date.parse(it.due_at), now, zone, words))}{' '}
            <span className="quiet">{holderText(it.holder, words, names.post)}</span>
          </span>
          {mayTake(it) ? <Take unit={unit} whole={whole} it={it} /> : null}
          {reviews && it.late && !it.excused ? <Excuse unit={unit} whole={whole} it={it} /> : null}
        </li>
      ))}
    </ul>
  )

  function used(it: DutyDecided): string {
    const clock = clockOfDecided(it)
    if (!clock?.done || clock.limit === undefined) return ''
    const span = clock.done.used < 3600_000 ? toTheSecond(clock.done.used) : rough(clock.done.used)
    return `${spanText(span, words)} / ${limitText(clock.limit, words)}`
  }
}

interface OneProps {
  unit: string
  whole: WholeRecord
  it: Pick<DutyToDo, 'duty' | 'occurrence' | 'title'>
}

function useDuty({ unit, whole, it }: OneProps, what: 'take' | 'excuse') {
  const queries = useQueryClient()
  const keyOf = useOnceKey()
  return useMutation({
    mutationFn: (body: object) => {
      const duty = `${recordPath(unit, whole.record.id)}/duties/${encodeURIComponent(it.duty)}/${it.occurrence}`
      const { version } = whole.record
      return ask('POST', `${duty}/${what}`, { body, key: keyOf([duty, what, body, version]), version })
    },
    onSuccess: () => void queries.invalidateQueries(),
  })
}

function Take(props: OneProps) {
  const words = useWords()
  const send = useDuty(props, 'take')
  return (
    <>
      {send.error ? <Refusal error={send.error} /> : null}
      <Button busy={send.isPending} onClick={() => send.mutate({})}>
        {words.record.take}
      </Button>
    </>
  )
}

function Excuse(props: OneProps) {
  const words = useWords()
  const text = useText()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const send = useDuty(props, 'excuse')
  if (!open)
    return (
      <button type="button" className="plain" onClick={() => setOpen(true)}>
        {words.record.review}
      </button>
    )
  return (
    <form
      className="signin-form dues-review"
      onSubmit={(event) => {
        event.preventDefault()
        if (reason.trim()) send.mutate({ reason: reason.trim() })
      }}
    >
      {send.error ? <Refusal error={send.error} /> : null}
      <label htmlFor={id}>{words.record.reviewReason(text(props.it.title))}</label>
      <TextArea id={id} value={reason} onChange={(event) => setReason(event.target.value)} />
      <div className="refusal-do">
        <Button onClick={() => setOpen(false)}>{words.record.stands}</Button>
        <Button kind="primary" type="submit" busy={send.isPending}>
          {words.record.excuse}
        </Button>
      </div>
    </form>
  )
}
