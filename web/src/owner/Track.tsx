/** S12: how a matter stands. The headline is the answer; then who has it, what happened in the owner's words, and what he can do. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { clocksQuery, journalQuery, kindQuery, recordQuery } from '@/api/ask'
import { fileUrl, thumbnailUrl } from '@/api/files'
import type { EntryOf, KindOf, StepOf, WholeRecord } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { when } from '@/clock/day'
import { spanText } from '@/clock/say'
import { rough } from '@/clock/span'
import { serverNow } from '@/clock/ticker'
import { Button } from '@/design/controls'
import { Glyph } from '@/design/Glyph'
import { clockOfWhole } from '@/duty/facts'
import { Sheet } from '@/form/Sheet'
import { StepForm } from '@/form/StepForm'
import { shown } from '@/form/show'
import { highlights, lineOf } from '@/record/timeline'
import { Notice, Refusal } from '@/refusal/Refusal'
import { isMissing } from '@/refusal/refusal'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { type Customer, Head } from './OwnerApp'
import { ownSteps, rates, takenBefore } from './offer'

export function Track({ customer, record: name }: { customer: Customer; record: string }) {
  const words = useWords()
  const whole = useQuery({ ...recordQuery(customer.unit, name), refetchInterval: 60_000 })
  const kindName = whole.data?.record.kind
  const kind = useQuery({ ...kindQuery(kindName ?? ''), enabled: kindName !== undefined })
  if (whole.error && isMissing(whole.error))
    return (
      <>
        <Head title={words.owner.myMatters} />
        <Notice title={words.record.notFound} />
      </>
    )
  if (whole.error && !whole.data) return <Refusal error={whole.error} />
  if (!whole.data || !kind.data) return null
  return <Matter customer={customer} whole={whole.data} kind={kind.data} again={() => void whole.refetch()} />
}

interface Props {
  customer: Customer
  whole: WholeRecord
  kind: KindOf
  again: () => void
}

function Matter({ customer, whole, kind, again }: Props) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { record } = whole
  const queries = useQueryClient()
  const [step, setStep] = useState<StepOf | null>(null)
  const [refused, setRefused] = useState(false)
  const journal = useQuery(journalQuery(customer.unit, record.id))
  const state = kind.states.find((it) => it.name === record.state)
  const worker = record.assignee?.name
  const steps = ownSteps(kind, whole.steps)
  const due = record.closed_at ? undefined : (whole.duties.to_do.find((it) => !it.paused) ?? whole.duties.to_do[0])
  const late = due !== undefined && Date.parse(due.due_at) < serverNow()
  const { zone, unit } = customer
  const before = step && refused ? takenBefore(step.name, steps, journal.data ?? []) : null
  const close = () => {
    setStep(null)
    setRefused(false)
  }
  return (
    <>
      <Head title={worker && !state?.closed ? words.owner.headline(worker, text(state?.title)) : text(state?.title)}>
        <p className="owner-label">{names.label(record)}</p>
        <p className="quiet small">{text(kind.title)}</p>
        {record.number.length < 36 ? (
          <p className="owner-number">
            <span className="quiet small">{words.owner.number}</span> <b>{record.number}</b>
          </p>
        ) : null}
      </Head>
      {due ? (
        <section className="owner-clock" aria-label={words.record.clock}>
          <p>
            {text(due.title)}{' '}
            <Clock
              facts={clockOfWhole(due, whole.as_of)}
              zone={zone}
              of={names.label(record)}
              cause={names.held}
              long
            />
          </p>
          {late ? <p className="owner-late">{words.owner.late}</p> : null}
        </section>
      ) : null}
      {worker ? (
        <section className="owner-worker" aria-label={words.owner.worker}>
          <span className="owner-face" aria-hidden="true">
            {[...worker][0]}
          </span>
          <span>
            <b>{worker}</b>
            <br />
            <span className="quiet small">{record.team?.name ?? words.owner.worker}</span>
          </span>
        </section>
      ) : null}
      {steps.length > 0 ? (
        <section className="owner-steps" aria-label={words.owner.yourTurn}>
          {steps.map((it) => (
            <Button key={it.name} kind={rates(kind, it) ? 'primary' : 'default'} wide onClick={() => setStep(it)}>
              {text(it.title)}
            </Button>
          ))}
        </section>
      ) : null}
      <Happened customer={customer} whole={whole} kind={kind} />
      {step ? (
        <Sheet title={text(step.title)} close={close}>
          {before ? (
            <Before entry={before} step={text(step.title)} customer={customer} kind={kind} close={close} />
          ) : (
            <StepForm
              unit={unit}
              zone={zone}
              kind={kind}
              step={step}
              record={record}
              onCancel={close}
              onDone={close}
              onStale={again}
              onRefused={() => {
                setRefused(true)
                again()
                void queries.invalidateQueries({ queryKey: ['journal', unit, record.id] })
              }}
            />
          )}
        </Sheet>
      ) : null}
    </>
  )
}

/** It was rated or signed already, perhaps on another phone: when, by whom, and what stands there. Once is enough. */
function Before(props: { entry: EntryOf; step: string; customer: Customer; kind: KindOf; close: () => void }) {
  const { entry, step, customer, kind, close } = props
  const words = useWords()
  const text = useText()
  const now = serverNow()
  const own = entry.by.type === 'party' && entry.by.id === customer.party
  const who = own ? words.owner.you : 'name' in entry.by ? (entry.by.name ?? '') : words.owner.staff
  const at = when(Date.parse(entry.occurred_at), now, customer.zone, words)
  return (
    <Notice title={words.owner.takenBefore(who, at, step)} lines={[words.owner.takenOnce]}>
      <Told entry={entry} kind={kind} by={{ now, zone: customer.zone, words, text }} unit={customer.unit} own={own} />
      <Button kind="primary" onClick={close}>
        {words.owner.seen}
      </Button>
    </Notice>
  )
}

/** What happened, oldest first, with each pause told as it was. */
function Happened({ customer, whole, kind }: Omit<Props, 'again'>) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { record } = whole
  const { unit, zone, party } = customer
  const journal = useQuery(journalQuery(unit, record.id))
  const clocks = useQuery(clocksQuery(unit, record.id))
  const entries = journal.data ?? []
  const lines = highlights(
    entries.map((it) => lineOf(it, kind)),
    entries,
  )
  const now = serverNow()
  const bySeq = new Map(entries.map((it) => [it.seq, it]))
  const who = (it: EntryOf | undefined) => {
    if (!it) return ''
    if (it.by.type === 'party') return it.by.id === party ? words.owner.you : ''
    return 'name' in it.by ? (it.by.name ?? '') : ''
  }
  const pause = (at: number) => {
    const it = (clocks.data?.stretches ?? []).find((one) => one.waits && Date.parse(one.from) === at)
    return it
      ? words.clock.join(
          words.clock.waiting(names.held(it.waits ?? '')),
          words.owner.stood(spanText(rough(it.seconds * 1000), words)),
        )
      : ''
  }
  const by = { now, zone, words, text }
  return (
    <section aria-label={words.record.timeline}>
      <h2>{words.record.timeline}</h2>
      <ol className="owner-line">
        {lines.map((line) => {
          const entry = bySeq.get(line.seq)
          const stood = pause(line.at)
          return (
            <li key={line.seq}>
              <time className="small quiet" dateTime={new Date(line.at).toISOString()}>
                {when(line.at, now, zone, words)}
              </time>
              <Glyph name={stood ? 'pause' : 'check'} size={20} />
              <div>
                <b>{text(line.title)}</b> <span className="quiet small">{who(entry)}</span>
                {stood ? <p className="small">{stood}</p> : null}
                <Told
                  entry={entry}
                  kind={kind}
                  by={by}
                  unit={unit}
                  own={entry?.by.type === 'party' && entry.by.id === party}
                />
              </div>
            </li>
          )
        })}
        {record.closed_at ? null : (
          <li>
            <span className="small quiet">{words.form.now}</span>
            <Glyph name="ring" size={20} />
            <b>{text(kind.states.find((it) => it.name === record.state)?.title)}</b>
          </li>
        )}
      </ol>
    </section>
  )
}

/** What was said and shown: texts and photos, and his own mark and name. Codes and choices of the staff are not his business. */
function Told(props: {
  entry: EntryOf | undefined
  kind: KindOf
  unit: string
  by: Parameters<typeof shown>[3]
  own: boolean
}) {
  const { entry, kind, unit, by, own } = props
  if (!entry) return null
  const fields = kind.fields.filter((it) => entry.data[it.name] !== undefined && !it.private)
  return fields.map((it) => {
    const value = entry.data[it.name]
    if (it.type === 'files' && Array.isArray(value))
      return (
        <p key={it.name} className="owner-thumbs">
          {value.map((digest) => (
            <a key={String(digest)} href={fileUrl(unit, String(digest))} target="_blank" rel="noreferrer">
              <img src={thumbnailUrl(unit, String(digest))} alt={by.text(it.title)} loading="lazy" />
            </a>
          ))}
        </p>
      )
    if (it.type === 'signature' && own && typeof value === 'string')
      return (
        <p key={it.name} className="owner-name">
          <img src={fileUrl(unit, value)} alt={by.text(it.title)} loading="lazy" />
        </p>
      )
    if (
      (it.type === 'bool' || it.type === 'choice') &&
      own &&
      rates(kind, kind.steps.find((one) => one.name === entry.step) ?? kind.open)
    )
      return (
        <p key={it.name} className="small">
          {by.text(it.title)} {shown(kind, it.name, value, by)}
        </p>
      )
    if (it.type === 'text' || it.type === 'long-text')
      return (
        <p key={it.name} className="small">
          {shown(kind, it.name, value, by)}
        </p>
      )
    return null
  })
}
