/** A private value: masked, until somebody who may says what he needs it for. Every look goes on record. */

import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { kindQuery, kindsQuery, recordPath, unitPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { FieldOf, StepTaken } from '@/api/types'
import { useOnceKey } from '@/form/once'
import { Refusal } from '@/refusal/Refusal'
import { isRefused } from '@/refusal/refusal'
import { usePosts } from '@/session/session'
import { useText, useWords } from '@/words'
import './private.css'

interface Props {
  unit: string
  kind: string
  /** Id of the record. */
  record: string
  field: FieldOf
  masked: string
}

/** Types whose value can be read as a text. */
const READ = ['text', 'long-text', 'phone', 'int', 'day', 'choice']

export function Private({ unit, kind, record, field, masked }: Props) {
  const words = useWords()
  const text = useText()
  const posts = usePosts(unit)
  const id = useId()
  const [asking, setAsking] = useState(false)
  const [why, setWhy] = useState('')
  const look = useMutation({
    mutationFn: (why: string) =>
      ask<{ values: Record<string, string> }>('POST', `${recordPath(unit, record)}/reveal`, {
        body: { fields: [field.name], why },
      }),
    onSuccess: () => setAsking(false),
  })
  const value = look.data?.values[field.name]
  // Whoever wrote it down himself is shown it as it is.
  const open = value ?? (masked.includes('*') ? undefined : masked)
  if (open !== undefined)
    return (
      <span className="private-open" role={value === undefined ? undefined : 'status'}>
        {field.type === 'phone' ? <a href={`tel:${open.replace(/[^\d+]/g, '')}`}>{open}</a> : open}
      </span>
    )
  const may = READ.includes(field.type) && (posts === null || field.seen_by?.some((it) => posts.has(it)) === true)
  if (!may) return masked
  const title = text(field.title)
  const purpose = field.private ? text(field.private) : ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (why.trim() && !look.isPending) look.mutate(why.trim())
  }
  return (
    <span className="private">
      {masked}{' '}
      {asking ? (
        <form className="private-ask" onSubmit={submit}>
          <label htmlFor={id} className="small">
            {words.privacy.why}
          </label>
          <span className="private-row">
            {purpose ? (
              <button
                type="button"
                className="private-purpose"
                disabled={look.isPending}
                onClick={() => look.mutate(purpose)}
              >
                {purpose}
              </button>
            ) : null}
            <input
              id={id}
              className="private-why"
              value={why}
              maxLength={200}
              placeholder={words.privacy.other}
              onChange={(event) => setWhy(event.target.value)}
            />
            <button type="submit" className="plain" disabled={!why.trim() || look.isPending}>
              {words.privacy.look}
            </button>
            <button type="button" className="plain" onClick={() => setAsking(false)}>
              {words.shell.close}
            </button>
          </span>
        </form>
      ) : (
        <button
          type="button"
          className="plain"
          aria-label={words.privacy.lookAt(title)}
          onClick={() => setAsking(true)}
        >
          {words.privacy.look}
        </button>
      )}
      {look.error ? (
        <Refusal error={look.error}>
          {isRefused(look.error, 'grant-missing') ? (
            <AskLeave unit={unit} kind={kind} record={record} why={look.variables ?? ''} />
          ) : null}
        </Refusal>
      ) : null}
    </span>
  )
}

interface LeaveProps {
  unit: string
  kind: string
  record: string
  why: string
}

/** A secret file opens under a grant: asked for here with what was said, decided by another. */
function AskLeave({ unit, kind, record, why }: LeaveProps) {
  const words = useWords()
  const keyOf = useOnceKey()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const name = kinds.find((it) => it.role === 'grant')?.kind
  const { data: grant } = useQuery({ ...kindQuery(name ?? ''), enabled: name !== undefined })
  const link = grant?.links.find((it) => it.kind === kind)?.name
  const field = grant?.label[0]
  const open = useMutation({
    mutationFn: () => {
      const body = { kind: name, data: field ? { [field]: why } : {}, links: link ? { [link]: record } : {} }
      return ask<StepTaken>('POST', `${unitPath(unit)}/records`, { body, key: keyOf(body) })
    },
  })
  if (!grant || !link) return null
  if (open.data)
    return (
      <span role="status">
        {words.privacy.asked}{' '}
        <a href={`/u/${encodeURIComponent(unit)}/${grant.kind}/${encodeURIComponent(open.data.record.number)}`}>
          {open.data.record.number}
        </a>
      </span>
    )
  return (
    <>
      {open.error ? <Refusal error={open.error} /> : null}
      <button type="button" className="private-purpose" disabled={open.isPending} onClick={() => open.mutate()}>
        {words.privacy.askLeave}
      </button>
    </>
  )
}
