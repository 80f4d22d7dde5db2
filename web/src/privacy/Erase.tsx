/** Erasing what is kept of a person, by four eyes: one asks and says on what ground, another consents; only then is anything destroyed. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { type FormEvent, useId, useState } from 'react'
import { meQuery, unitPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { ErasureOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Refusal } from '@/refusal/Refusal'
import { useWords, type Words } from '@/words'

const BASES = ['service-ended', 'consent-withdrawn', 'purpose-over', 'unlawful', 'law'] as const
type Basis = (typeof BASES)[number]

/** Requests of a unit that wait, where one may have a part in them. */
function useWaiting(unit: string, kind: string) {
  const { data: me } = useQuery(meQuery)
  const may = me?.units?.some((it) => it.code === unit && it.erases?.includes(kind)) === true
  const found = useQuery({
    queryKey: ['erasures', unit],
    queryFn: async ({ signal }) =>
      (await ask<{ requests: ErasureOf[] }>('GET', `${unitPath(unit)}/erasures`, { signal })).requests,
    enabled: may,
  })
  return { may, me, requests: found.data ?? [] }
}

const basisText = (basis: string, words: Words) => words.erase.bases[basis as Basis] ?? basis
const asker = (it: ErasureOf) => ('name' in it.by ? (it.by.name ?? '') : '')

interface Props {
  unit: string
  zone: string
  kind: string
  person: string
}

export function Erase({ unit, zone, kind, person }: Props) {
  const words = useWords()
  const queries = useQueryClient()
  const { may, me, requests } = useWaiting(unit, kind)
  const [asking, setAsking] = useState(false)
  const again = () => void queries.invalidateQueries()
  const path = `${unitPath(unit)}/erasures`
  const answer = useMutation({
    mutationFn: ({ request, word }: { request: string; word: 'consent' | 'refuse' }) =>
      ask<{ records: number; keys: number } | undefined>('POST', `${path}/${request}/${word}`, { body: {} }),
    onSuccess: again,
  })
  if (!may) return null
  const waiting = requests.find((it) => it.person === person)
  const own = waiting && 'id' in waiting.by && waiting.by.id === me?.member
  return (
    <section className="card" aria-label={words.erase.title}>
      <h2>{words.erase.title}</h2>
      {answer.error ? <Refusal error={answer.error} /> : null}
      {answer.data ? <p role="status">{words.erase.done(answer.data.records)}</p> : null}
      {waiting ? (
        <>
          <p>
            {words.erase.asked(asker(waiting), when(Date.parse(waiting.at), serverNow(), zone, words))}
            <br />
            {basisText(waiting.basis, words)} · {waiting.reason}
          </p>
          <p className="small quiet">{own ? words.erase.another : words.erase.forGood}</p>
          <div className="refusal-do">
            <Button loading={answer.isPending} onClick={() => answer.mutate({ request: waiting.id, word: 'refuse' })}>
              {own ? words.erase.takeBack : words.erase.refuse}
            </Button>
            {own ? null : (
              <Button
                danger
                loading={answer.isPending}
                onClick={() => answer.mutate({ request: waiting.id, word: 'consent' })}
              >
                {words.erase.consent}
              </Button>
            )}
          </div>
        </>
      ) : asking ? (
        <AskErasure
          unit={unit}
          person={person}
          close={() => setAsking(false)}
          onDone={() => {
            setAsking(false)
            again()
          }}
        />
      ) : (
        <Button onClick={() => setAsking(true)}>{words.erase.ask}</Button>
      )}
    </section>
  )
}

interface AskProps {
  unit: string
  person: string
  close: () => void
  onDone: () => void
}

function AskErasure({ unit, person, close, onDone }: AskProps) {
  const words = useWords()
  const id = useId()
  const [basis, setBasis] = useState<Basis>(BASES[0])
  const [reason, setReason] = useState('')
  const send = useMutation({
    mutationFn: () =>
      ask<ErasureOf>('POST', `${unitPath(unit)}/persons/${encodeURIComponent(person)}/erase`, {
        body: { basis, reason: reason.trim() },
      }),
    onSuccess: onDone,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!send.isPending) send.mutate()
  }
  return (
    <form className="signin-form" onSubmit={submit}>
      {send.error ? <Refusal error={send.error} /> : null}
      <label htmlFor={`${id}-basis`}>{words.erase.basis}</label>
      <select
        id={`${id}-basis`}
        className="select"
        value={basis}
        onChange={(event) => setBasis(event.target.value as Basis)}
      >
        {BASES.map((it) => (
          <option key={it} value={it}>
            {words.erase.bases[it]}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-reason`}>{words.erase.reason}</label>
      <Input.TextArea
        id={`${id}-reason`}
        value={reason}
        maxLength={300}
        onChange={(event) => setReason(event.target.value)}
      />
      <p className="small quiet">{words.erase.lead}</p>
      <div className="refusal-do">
        <Button onClick={close}>{words.shell.close}</Button>
        <Button type="primary" htmlType="submit" loading={send.isPending}>
          {words.erase.send}
        </Button>
      </div>
    </form>
  )
}

/** Above the list of people: what waits for a second person. */
export function ErasuresWaiting({ unit, zone, kind }: Omit<Props, 'person'>) {
  const words = useWords()
  const { me, requests } = useWaiting(unit, kind)
  const others = requests.filter((it) => !('id' in it.by && it.by.id === me?.member))
  if (others.length === 0) return null
  return (
    <section className="card" aria-label={words.erase.waiting(others.length)}>
      <h2>{words.erase.waiting(others.length)}</h2>
      <ul>
        {others.map((it) => (
          <li key={it.id}>
            <Link to="/u/$unit/$kind/$record" params={{ unit, kind, record: it.person }}>
              {it.reason}
            </Link>{' '}
            <span className="quiet">
              {words.erase.asked(asker(it), when(Date.parse(it.at), serverNow(), zone, words))} ·{' '}
              {basisText(it.basis, words)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
