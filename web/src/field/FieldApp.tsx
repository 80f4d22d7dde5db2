/** S9, my duties on a phone; a step is filled in on the spot, kept on the device first and sent when there is a signal. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { dutiesQuery, kindQuery, kindsQuery, ownQuery, recordQuery, standardsQuery, unitsQuery } from '@/api/ask'
import type { DutyOf, KindOf, StandardRow, StepOf } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { Button } from '@/design/controls'
import { Glyph } from '@/design/Glyph'
import { clockOf } from '@/duty/facts'
import { Checklist, useWalk } from '@/inspection/Checklist'
import { standardOf } from '@/inspection/checklist'
import { placeLink } from '@/intake/kinds'
import { Private } from '@/privacy/Private'
import { Notice, Refusal } from '@/refusal/Refusal'
import { Callees } from '@/round/Callees'
import { byPlace } from '@/round/route'
import { useMe } from '@/session/session'
import { useLanguage, useText, useWords, type Words } from '@/words'
import { useNames } from '@/words/names'
import { FieldForm } from './FieldForm'
import { ownFirst, withOwn } from './own'
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
  const names = useNames()
  const queries = useQueryClient()
  const queue = useQueue()
  const { data: units = [] } = useQuery(unitsQuery)
  const found = useQuery(dutiesQuery({ member: me?.member, limit: 500, places: true }))
  // A long list ends before what was given to oneself, where pools have older work.
  const own = useQuery({
    ...ownQuery(me?.units?.filter((it) => it.level === 'project').map((it) => it.code) ?? [], me?.member ?? ''),
    enabled: me?.member !== undefined && found.data?.more === true,
  })
  const [walked, setWalked] = useState<Walk | null>(null)
  const [walking, walk] = useWalking()
  const [chosen, setChosen] = useState<{ duty: DutyOf; step: StepOf; kind: KindOf } | null>(null)
  const [top, setTop] = useState<string | null>(null)
  const [along, setAlong] = useState(false)
  const sent = queue.matters.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was sent changes what is due.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['duties'] })
    void queries.invalidateQueries({ queryKey: ['record'] })
  }, [sent])
  const waiting = new Set(queue.matters.map((it) => it.record))
  const all = withOwn(found.data?.duties ?? [], own.data ?? [])
  const duties = ownFirst(
    all.filter((it) => it.to_do && !waiting.has(it.record.id)),
    walking ?? top,
    me?.member,
  )
  // Who works in several projects is told which one it is.
  const many = new Set(duties.map((it) => it.unit)).size > 1
  const project = (unit: string) => (many ? (units.find((it) => it.code === unit)?.name ?? unit) : '')
  const zone = (unit: string) => units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const [first, ...rest] = duties
  if (walked && walking === walked.duty.record.id)
    return <Checklist {...walked} zone={zone(walked.duty.unit)} queue={queue} close={() => walk(null)} />
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
          project={project(first.unit)}
          walking={walking === first.record.id}
          onStep={(step, kind) => setChosen({ duty: first, step, kind })}
          onWalk={(it) => {
            setWalked(it)
            walk(it.duty.record.id)
          }}
        />
      ) : null}
      {rest.length > 0 ? (
        <div className="row-between field-next">
          <span>{words.field.next}</span>
          <Button aria-pressed={along} onClick={() => setAlong(!along)}>
            {words.field.along}
          </Button>
        </div>
      ) : null}
      {(along ? byPlace(rest, (it) => names.place(it.record)) : rest).slice(0, AT_ONCE).map((it) => (
        <Job
          key={it.record.id}
          duty={it}
          zone={zone(it.unit)}
          project={project(it.unit)}
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

/** What a walk through a standard is about. */
interface Walk {
  duty: DutyOf
  kind: KindOf
  step: StepOf
  standard: StandardRow
}

const WALKING = 'inspection'

/** The inspection that is open: it stands in the address, so that the back button leaves it and a page that was closed comes back to it. */
function useWalking(): [string | null, (record: string | null) => void] {
  const read = () => new URLSearchParams(location.search).get(WALKING)
  const [record, setRecord] = useState(read)
  useEffect(() => {
    const turn = () => setRecord(read())
    addEventListener('popstate', turn)
    return () => removeEventListener('popstate', turn)
  })
  return [
    record,
    (to) => {
      if (to) {
        if (to !== read()) history.pushState(null, '', `?${WALKING}=${to}`)
      } else history.replaceState(null, '', location.pathname)
      setRecord(to)
      scrollTo({ top: 0 })
    },
  ]
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
  /** Name of the project, where there is more than one. */
  project: string
  onStep: (step: StepOf, kind: KindOf) => void
}

interface TopProps extends JobProps {
  /** The address says that it is walked through. */
  walking: boolean
  onWalk: (walk: Walk) => void
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
function TopJob({ duty, zone, project, walking, onStep, onWalk }: TopProps) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { kind, whole, main, others } = useSteps(duty, true)
  const { data: standards = [] } = useQuery(standardsQuery)
  const { data: kinds = [] } = useQuery(kindsQuery)
  const standard = kind && whole ? standardOf(kind, whole.record.data, standards) : null
  useWalk(duty, standard, zone)
  const does = kind?.duties.find((one) => one.name === duty.to_do?.duty)?.until ?? []
  const walk = standard && kind && main && does.includes(main.name) ? { duty, kind, step: main, standard } : null
  // biome-ignore lint/correctness/useExhaustiveDependencies: opened once, when what it needs is there.
  useEffect(() => {
    if (walking && walk) onWalk(walk)
  }, [walking, walk !== null])
  const { record, to_do: it } = duty
  if (!it) return null
  // One's own that an answer was too short for came without its place.
  const at = kind ? whole?.record.links[placeLink(kind, kinds) ?? ''] : undefined
  const place = names.place(record) || names.label({ label: at?.label ?? '' })
  const title = text(kind?.duties.find((one) => one.name === it.duty)?.title)
  const waits = others.filter((step) => kind?.states.find((state) => state.name === step.to)?.waits)
  const rest = others.filter((step) => !waits.includes(step))
  // Where to and whom to call: what was entered when it was reported.
  const secret = (kind?.fields ?? []).filter(
    (it) => it.private && it.type !== 'files' && it.type !== 'signature' && whole?.record.data[it.name],
  )
  return (
    <>
      <section className="job job-top" aria-label={names.label(record)}>
        <div className="row-between">
          <Clock facts={clockOf(it, record.waits)} zone={zone} of={names.label(record)} cause={names.held} />
          <span className="quiet">{text(kind?.states.find((state) => state.name === record.state)?.title)}</span>
        </div>
        {project ? <p className="job-project">{project}</p> : null}
        <h2 className="job-place">{place || names.label(record)}</h2>
        {place ? <p className="job-what">{names.label(record)}</p> : null}
        <p className="quiet">
          {title} {record.number.length < 36 ? record.number : ''}
        </p>
        {at && secret.length === 0 ? (
          <p className="job-call">
            <Callees unit={duty.unit} kind={record.kind} home={at.id} />
          </p>
        ) : null}
        {secret.map((field) => (
          <p key={field.name}>
            {text(field.title)}{' '}
            <Private
              unit={duty.unit}
              kind={record.kind}
              record={record.id}
              field={field}
              masked={String(whole?.record.data[field.name])}
            />
          </p>
        ))}
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
        {walk ? (
          <Button kind="primary" wide onClick={() => onWalk(walk)}>
            {words.inspect.walk(walk.standard.clauses)}
          </Button>
        ) : main && kind ? (
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

function Job({ duty, zone, project, onOpen }: Omit<JobProps, 'onStep'> & { onOpen: () => void }) {
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
        {place || project ? <b>{[project, place].filter(Boolean).join(' ')}</b> : null} {names.label(record)}
      </button>
      <p className="quiet">
        {text(kind.data?.duties.find((one) => one.name === it.duty)?.title)}{' '}
        {record.number.length < 36 ? record.number : ''}
      </p>
    </section>
  )
}
