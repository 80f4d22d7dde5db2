/** S9, my duties on a phone; a step is filled in on the spot, kept on the device first and sent when there is a signal. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { dutiesQuery, kindQuery, recordQuery, unitsQuery } from '@/api/ask'
import type { DutyOf, KindOf, StepOf } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { Button } from '@/design/controls'
import { Glyph } from '@/design/Glyph'
import { clockOf } from '@/duty/facts'
import { Notice, Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useLanguage, useText, useWords, type Words } from '@/words'
import { useNames } from '@/words/names'
import { FieldForm } from './FieldForm'
import { courier, type Queue, unsent } from './work'

/** So many jobs are drawn; what is due later comes up as these are done. */
const AT_ONCE = 60

function useQueue(): Queue {
  return useSyncExternalStore(
    (listener) => courier.listen(listener),
    () => courier.queue,
  )
}

export function FieldApp() {
  const words = useWords()
  const me = useMe()
  const queries = useQueryClient()
  const queue = useQueue()
  const { data: units = [] } = useQuery(unitsQuery)
  const found = useQuery(dutiesQuery({ member: me?.member, limit: 500, places: true }))
  const [chosen, setChosen] = useState<{ duty: DutyOf; step: StepOf; kind: KindOf } | null>(null)
  const [top, setTop] = useState<string | null>(null)
  const sent = queue.matters.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was sent changes what is due.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['duties'] })
    void queries.invalidateQueries({ queryKey: ['record'] })
  }, [sent])
  const waiting = new Set(queue.matters.map((it) => it.record))
  const duties = oneEach(
    (found.data?.duties ?? []).filter((it) => it.to_do && !waiting.has(it.record.id)),
    top,
    me?.member,
  )
  const zone = (unit: string) => units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const [first, ...rest] = duties
  return (
    <main className="field-page">
      <header className="row-between">
        <h1>{words.field.title(me?.name ?? words.shell.menu, duties.length)}</h1>
        <span className="quiet" role="status">
          {standing(queue, words.field)}
        </span>
      </header>
      {queue.online ? null : (
        <p className="field-offline">
          <Glyph name="offline" /> {words.field.noSignal}
        </p>
      )}
      <Kept queue={queue} />
      {found.error && !found.data ? <Refusal error={found.error} /> : null}
      {found.data && !first ? <Notice title={words.field.empty} lines={[words.field.emptyAdvice]} /> : null}
      {first ? (
        <TopJob
          key={first.record.id}
          duty={first}
          zone={zone(first.unit)}
          onStep={(step, kind) => setChosen({ duty: first, step, kind })}
        />
      ) : null}
      {rest.length > 0 ? <p className="field-next">{words.field.next}</p> : null}
      {rest.slice(0, AT_ONCE).map((it) => (
        <Job
          key={it.record.id}
          duty={it}
          zone={zone(it.unit)}
          onOpen={() => {
            setTop(it.record.id)
            scrollTo({ top: 0 })
          }}
        />
      ))}
      {chosen ? <FieldForm {...chosen} zone={zone(chosen.duty.unit)} close={() => setChosen(null)} /> : null}
    </main>
  )
}

function standing(queue: Queue, words: Words['field']): string {
  const { matters } = unsent(queue)
  if (matters > 0) return words.waiting(matters)
  return queue.read ? words.synced : words.counting
}

/** A record once, by the duty that is due first; what was given to oneself before what waits for anybody, the one that was chosen on top. */
function oneEach(duties: readonly DutyOf[], top: string | null, member: string | undefined): DutyOf[] {
  const found = new Map<string, DutyOf>()
  for (const it of duties) if (!found.has(it.record.id)) found.set(it.record.id, it)
  const mine = (it: DutyOf) => member !== undefined && it.record.assignee?.id === member && !it.record.waits
  const all = [...found.values()].sort((a, b) => Number(mine(b)) - Number(mine(a)))
  const chosen = all.find((it) => it.record.id === top)
  return chosen ? [chosen, ...all.filter((it) => it !== chosen)] : all
}

/** What is still on the phone; one that the server refused stays until somebody has decided about it. */
function Kept({ queue }: { queue: Queue }) {
  const words = useWords()
  const language = useLanguage()
  const refused = queue.matters.filter((it) => it.state === 'refused')
  return refused.map((it) => (
    <Notice key={it.id} title={it.title} lines={[words.field.conflict, it.refusal?.[language] ?? '']}>
      <Button onClick={() => void courier.drop(it.id)}>{words.intake.drop}</Button>
      <Button kind="primary" onClick={() => void courier.retry(it.id)}>
        {words.field.retry}
      </Button>
    </Notice>
  ))
}

interface JobProps {
  duty: DutyOf
  zone: string
  /** Ids of what stands on the phone and is not sent yet. */
  onStep: (step: StepOf, kind: KindOf) => void
}

/** Steps that can be taken in this state, with the one that does the duty in front. */
function useSteps(duty: DutyOf, ask: boolean) {
  const { record, to_do: it, unit } = duty
  const kind = useQuery({ ...kindQuery(record.kind), staleTime: Number.POSITIVE_INFINITY })
  const whole = useQuery({ ...recordQuery(unit, record.id), enabled: ask })
  const does = kind.data?.duties.find((one) => one.name === it?.duty)?.until ?? []
  // What was told of an older version says nothing about this one.
  const told = whole.data?.record.version === record.version ? whole.data.steps : []
  const may = (step: StepOf) => told.find((one) => one.step === step.name)?.may !== false
  const steps = (kind.data?.steps ?? []).filter(
    (step) => (step.from.length === 0 || step.from.includes(record.state)) && may(step),
  )
  const onward = (step: StepOf) =>
    step.to !== undefined &&
    step.to !== record.state &&
    !kind.data?.states.find((state) => state.name === step.to)?.waits &&
    step.by.includes('assignee')
  const does1 = steps.filter((step) => does.includes(step.name))
  const main = steps.find(onward) ?? does1.find((step) => step.to !== undefined) ?? does1[0]
  return { kind: kind.data, whole: whole.data, main, others: steps.filter((step) => step !== main) }
}

/** The job on top: place in the largest type, its clock, what to know, and three buttons; the main one is at the thumb. */
function TopJob({ duty, zone, onStep }: JobProps) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { kind, main, others } = useSteps(duty, true)
  const { record, to_do: it } = duty
  if (!it) return null
  const place = names.place(record)
  const title = text(kind?.duties.find((one) => one.name === it.duty)?.title)
  const waits = others.filter((step) => kind?.states.find((state) => state.name === step.to)?.waits)
  const rest = others.filter((step) => !waits.includes(step))
  return (
    <>
      <section className="job job-top" aria-label={names.label(record)}>
        <div className="row-between">
          <Clock facts={clockOf(it, record.waits)} zone={zone} of={names.label(record)} cause={names.held} />
          <span className="quiet">{text(kind?.states.find((state) => state.name === record.state)?.title)}</span>
        </div>
        <h2 className="job-place">{place || names.label(record)}</h2>
        {place ? <p className="job-what">{names.label(record)}</p> : null}
        <p className="quiet">
          {title} {record.number.length < 36 ? record.number : ''}
        </p>
        {kind ? (
          <div className="job-do">
            {rest.slice(0, 2).map((step) => (
              <Button key={step.name} onClick={() => onStep(step, kind)}>
                {text(step.title)}
              </Button>
            ))}
            {waits.length > 0 ? (
              <details className="job-pause">
                <summary className="button button-default">{words.field.pause}</summary>
                {waits.map((step) => (
                  <Button key={step.name} wide onClick={() => onStep(step, kind)}>
                    {text(step.title)}
                  </Button>
                ))}
              </details>
            ) : null}
          </div>
        ) : null}
      </section>
      <footer className="field-bar">
        {main && kind ? (
          <Button kind="primary" wide onClick={() => onStep(main, kind)}>
            {needs(main, kind, words, text(main.title))}
          </Button>
        ) : kind ? (
          <p className="quiet">{words.record.noSteps}</p>
        ) : null}
      </footer>
    </>
  )
}

/** The next step is named by what it needs: 完工：拍照、签字. */
function needs(step: StepOf, kind: KindOf, words: Words, title: string): string {
  const types = step.form.map((it) => kind.fields.find((field) => field.name === it.field)?.type)
  const asked = [
    types.includes('files') ? words.field.photo : '',
    types.includes('signature') ? words.record.signature : '',
  ].filter(Boolean)
  return asked.length > 0 ? words.field.needs(title, asked.join(words.field.comma)) : title
}

function Job({ duty, zone, onOpen }: Omit<JobProps, 'onStep'> & { onOpen: () => void }) {
  const text = useText()
  const names = useNames()
  const kind = useQuery({ ...kindQuery(duty.record.kind), staleTime: Number.POSITIVE_INFINITY })
  const { record, to_do: it } = duty
  if (!it) return null
  const place = names.place(record)
  return (
    <section className="job" aria-label={names.label(record)}>
      <Clock facts={clockOf(it, record.waits)} zone={zone} of={names.label(record)} cause={names.held} />
      <button type="button" className="job-open" onClick={onOpen}>
        {place ? <b>{place}</b> : null} {names.label(record)}
      </button>
      <p className="quiet">
        {text(kind.data?.duties.find((one) => one.name === it.duty)?.title)}{' '}
        {record.number.length < 36 ? record.number : ''}
      </p>
    </section>
  )
}
