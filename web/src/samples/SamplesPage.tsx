/** Samples for spot checks: the population is listed and entered first, two people type the same number, and anybody can repeat the draw. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { kindQuery, kindsQuery, listQuery, standardsQuery, unitsQuery } from '@/api/ask'
import { ask } from '@/api/client'
import type { RecordRow, StepTaken } from '@/api/types'
import { serverNow } from '@/clock/ticker'
import { Button, TextInput } from '@/design/controls'
import { useOnceKey } from '@/form/once'
import { Refusal } from '@/refusal/Refusal'
import { periodOf } from '@/score/period'
import { useText, useWords } from '@/words'
import '@/form/form.css'
import '@/score/score.css'
import '@/people/people.css'

const base = (unit: string) => `/api/units/${encodeURIComponent(unit)}/samples`

export function SamplesPage() {
  const { unit = '' } = useParams({ strict: false })
  const words = useWords()
  const text = useText()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const name = kinds.find((it) => it.role === 'sample')?.kind ?? ''
  const kind = useQuery({ ...kindQuery(name), enabled: name !== '' })
  const asked = {
    kind: name,
    open: 'all',
    sort: 'newest',
    fields: 'standard,period,of,size,root,first,drawn',
    limit: 50,
  }
  const found = useQuery({ ...listQuery(unit, asked), enabled: name !== '' })
  return (
    <div className="people">
      <h1>{words.samples.title}</h1>
      <p className="quiet">{words.samples.lead}</p>
      {found.error ? <Refusal error={found.error} /> : null}
      <NewSample unit={unit} />
      <section className="card" aria-label={words.samples.all}>
        <h2>{words.samples.all}</h2>
        {found.data?.records.length === 0 ? <p className="quiet">{words.samples.none}</p> : null}
        <ul>
          {found.data?.records.map((it) => (
            <li key={it.id}>
              <div className="row-between">
                <Link to="/u/$unit/$kind/$record" params={{ unit, kind: name, record: it.number }}>
                  {it.number}
                </Link>
                <span>
                  {String(it.data?.standard ?? '')} {String(it.data?.period ?? '')} ·{' '}
                  {text(kinds.find((one) => one.kind === it.data?.of)?.title)} ·{' '}
                  {words.samples.size(Number(it.data?.size ?? 0))}
                </span>
                <span className="chip chip-state">
                  {text(kind.data?.states.find((one) => one.name === it.state)?.title)}
                </span>
              </div>
              <p className="small quiet">
                {words.samples.root} <code>{String(it.data?.root ?? '').slice(0, 16)}</code>
              </p>
              {it.closed_at ? <p>{String(it.data?.drawn ?? '')}</p> : <Typed unit={unit} sample={it} />}
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}

/** A number that was agreed upon aloud, typed by one person and then by another. */
function Typed({ unit, sample }: { unit: string; sample: RecordRow }) {
  const words = useWords()
  const id = useId()
  const queries = useQueryClient()
  const keyOf = useOnceKey()
  const [number, setNumber] = useState('')
  const send = useMutation({
    mutationFn: () => {
      const path = `${base(unit)}/${encodeURIComponent(sample.id)}/number`
      const body = { number: Number(number) }
      return ask<StepTaken>('POST', path, { body, key: keyOf([path, body, sample.version]) })
    },
    onSuccess: () => {
      setNumber('')
      void queries.invalidateQueries()
    },
  })
  return (
    <form
      className="people-typed"
      onSubmit={(event) => {
        event.preventDefault()
        if (/^\d{1,15}$/.test(number)) send.mutate()
      }}
    >
      {send.error ? <Refusal error={send.error} /> : null}
      <label htmlFor={id}>{sample.data?.first === undefined ? words.samples.first : words.samples.second}</label>
      <TextInput
        id={id}
        inputMode="numeric"
        className="narrow"
        value={number}
        onChange={(event) => setNumber(event.target.value)}
      />
      <Button type="submit" busy={send.isPending} disabled={!/^\d{1,15}$/.test(number)}>
        {words.samples.type}
      </Button>
    </form>
  )
}

function NewSample({ unit }: { unit: string }) {
  const words = useWords()
  const text = useText()
  const id = useId()
  const queries = useQueryClient()
  const keyOf = useOnceKey()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const { data: standards = [] } = useQuery(standardsQuery)
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const [asked, setAsked] = useState({ standard: '', period: '', kind: '', size: '10', reason: '' })
  const standard = standards.find((it) => it.standard === asked.standard)
  const period = asked.period || (standard ? periodOf(standard.period, serverNow(), zone) : '')
  const list = useMutation({
    mutationFn: () => {
      const body = {
        standard: asked.standard,
        period,
        kind: asked.kind,
        size: Number(asked.size),
        ...(asked.reason.trim() ? { reason: asked.reason.trim() } : {}),
      }
      return ask<StepTaken>('POST', base(unit), { body, key: keyOf([base(unit), body]) })
    },
    onSuccess: () => void queries.invalidateQueries(),
  })
  const full = asked.standard !== '' && asked.kind !== '' && period !== '' && /^\d{1,5}$/.test(asked.size)
  const choice = (name: 'standard' | 'kind', label: string, all: { name: string; title: string }[]) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <select
        id={`${id}-${name}`}
        className="select"
        value={asked[name]}
        onChange={(event) => setAsked({ ...asked, [name]: event.target.value })}
      >
        <option value="">{words.form.choose}</option>
        {all.map((it) => (
          <option key={it.name} value={it.name}>
            {it.title}
          </option>
        ))}
      </select>
    </div>
  )
  const box = (name: 'period' | 'size' | 'reason', label: string, value: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <TextInput
        id={`${id}-${name}`}
        value={value}
        onChange={(event) => setAsked({ ...asked, [name]: event.target.value })}
      />
    </div>
  )
  return (
    <section className="card" aria-label={words.samples.list}>
      <h2>{words.samples.list}</h2>
      <form
        className="form people-new"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (full) list.mutate()
        }}
      >
        {list.error ? <Refusal error={list.error} /> : null}
        {choice(
          'standard',
          words.samples.standard,
          standards.map((it) => ({ name: it.standard, title: text(it.title) })),
        )}
        {box('period', words.samples.period, period)}
        {choice(
          'kind',
          words.samples.of,
          kinds.filter((it) => it.numbered && !it.role).map((it) => ({ name: it.kind, title: text(it.title) })),
        )}
        {box('size', words.samples.many, asked.size)}
        {box('reason', words.samples.again, asked.reason)}
        <div className="people-foot">
          <Button kind="primary" type="submit" busy={list.isPending} disabled={!full}>
            {words.samples.list}
          </Button>
        </div>
      </form>
    </section>
  )
}
