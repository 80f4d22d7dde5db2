/** S4, one matter, whole: what is wrong, who has it, its clock, what happened, what is due, what can be done. */

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { clocksQuery, journalQuery, kindQuery, listQuery, recordQuery, unitsQuery } from '@/api/ask'
import type { KindOf, StepNow, WholeRecord } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { when } from '@/clock/day'
import { HolderRibbon } from '@/clock/ribbons'
import { serverNow } from '@/clock/ticker'
import { KeyCap } from '@/design/KeyCap'
import { clockOfWhole } from '@/duty/facts'
import { Sheet } from '@/form/Sheet'
import { StepForm } from '@/form/StepForm'
import { shown } from '@/form/show'
import { useKeys } from '@/keys/keys'
import { Skeleton } from '@/mine/HomePage'
import { Erase } from '@/privacy/Erase'
import { Private } from '@/privacy/Private'
import { Views } from '@/privacy/Views'
import { Notice, Refusal } from '@/refusal/Refusal'
import { isMissing } from '@/refusal/refusal'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { Answers } from './Answers'
import { AppealBox } from './AppealBox'
import { Approvals } from './Approvals'
import { Duties } from './Duties'
import { Invite } from './Invite'
import { Timeline } from './Timeline'
import './record.css'

export function RecordPage() {
  const { unit = '', record: name = '' } = useParams({ strict: false })
  const words = useWords()
  const whole = useQuery(recordQuery(unit, name))
  const kindName = whole.data?.record.kind
  const kind = useQuery({ ...kindQuery(kindName ?? ''), enabled: kindName !== undefined })
  if (whole.error && isMissing(whole.error)) return <Notice title={words.record.notFound} />
  if (whole.error && !whole.data) return <Refusal error={whole.error} />
  if (!whole.data || !kind.data) return <Skeleton />
  return <Whole unit={unit} kind={kind.data} whole={whole.data} again={() => void whole.refetch()} />
}

/** Never what is proposed first. */
const CANCEL = 'cancel'

/** The main step: one that may be taken and does the duty that is due first, else one that leads on. */
export function mainStep(whole: WholeRecord, kind: KindOf): StepNow | undefined {
  const may = whole.steps.filter((it) => it.may)
  const due = whole.duties.to_do[0]
  const does = kind.duties.find((it) => it.name === due?.duty)?.until ?? []
  const onward = (it: StepNow) =>
    it.to !== undefined && it.to !== whole.record.state && !kind.states.find((state) => state.name === it.to)?.waits
  const doing = may.filter((it) => does.includes(it.step))
  return (
    doing.find(onward) ??
    doing[0] ??
    may.find((it) => onward(it) && it.step !== CANCEL) ??
    may.find((it) => it.step !== CANCEL)
  )
}

function Whole({ unit, kind, whole, again }: { unit: string; kind: KindOf; whole: WholeRecord; again: () => void }) {
  const words = useWords()
  const text = useText()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as { step?: string }
  const { record } = whole
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const journal = useQuery(journalQuery(unit, record.id))
  const clocks = useQuery(clocksQuery(unit, record.id))
  const [copied, setCopied] = useState(false)
  const siblings = useQuery(listQuery(unit, { kind: kind.kind, limit: 50 }))
  const now = serverNow()

  const state = kind.states.find((it) => it.name === record.state)
  const main = mainStep(whole, kind)
  const others = whole.steps.filter((it) => it.may && it !== main)
  const chosen = [kind.open, ...kind.steps].find((it) => it.name === search.step)
  const setStep = (step: string | undefined) =>
    void navigate({ to: '.', search: (was: Record<string, unknown>) => ({ ...was, step }) })
  const due = whole.duties.to_do[0]
  const names = useNames()

  /** What somebody filled in; defaults that nobody was asked for say nothing. */
  const said = new Set((journal.data ?? []).flatMap((it) => Object.keys(it.data)))

  const beside = (by: number) => {
    const rows = siblings.data?.records ?? []
    const at = rows.findIndex((it) => it.id === record.id)
    const row = rows[at + by]
    if (row) void navigate({ to: '/u/$unit/$kind/$record', params: { unit, kind: kind.kind, record: row.number } })
  }
  const copy = () => {
    void navigator.clipboard?.writeText(location.href).then(() => setCopied(true))
  }
  useKeys([
    { keys: 'j', label: words.record.nextRecord, run: () => beside(1) },
    { keys: 'k', label: words.record.previous, run: () => beside(-1) },
    { keys: 'Enter', label: words.keys.main, run: () => main && setStep(main.step) },
    { keys: 'p', label: words.keys.print, run: () => print() },
    { keys: 'y', label: words.keys.copy, run: copy },
  ])
  const people = new Map([record.assignee, record.team].flatMap((it) => (it?.name ? [[it.id, it.name] as const] : [])))
  const by = { now, zone, words, text, people }
  const stretches = (clocks.data?.stretches ?? []).map((it) => ({
    from: Date.parse(it.from),
    until: it.until ? Date.parse(it.until) : now,
    with: it.waits ?? it.with ?? it.state,
    waits: it.waits !== undefined,
  }))
  return (
    <article className="record">
      <div className="row-between small">
        <nav aria-label={text(kind.title)}>
          <Link to="/u/$unit/$kind" params={{ unit, kind: kind.kind }}>
            {text(kind.title)}
          </Link>
          {record.number.length < 36 ? ` / ${record.number}` : ''}
        </nav>
        <span className="quiet record-keys">
          <KeyCap>J</KeyCap> <KeyCap>K</KeyCap> {words.record.previous} · {words.record.nextRecord} <KeyCap>P</KeyCap>{' '}
          {words.record.print} <KeyCap>Y</KeyCap> {copied ? words.record.copied : words.record.copy}
        </span>
      </div>
      <header className="record-head">
        <div>
          <h1>
            {names.label(record)} <Choices kind={kind} data={record.data} />
            <span className="chip chip-state">{text(state?.title)}</span>
          </h1>
          <p className="record-who">
            {Object.entries(record.links).map(([name, to]) => {
              const link = kind.links.find((it) => it.name === name)
              return link && to.label ? (
                <Link key={name} to="/u/$unit/$kind/$record" params={{ unit, kind: link.kind, record: to.id }}>
                  {names.label({ label: to.label })}
                </Link>
              ) : null
            })}
            {record.assignee?.name ? <span>{record.assignee.name}</span> : null}
            {record.team?.name ? <span>{record.team.name}</span> : null}
            {record.closed_at ? (
              <span>{words.record.closedAt(when(Date.parse(record.closed_at), now, zone, words))}</span>
            ) : null}
          </p>
        </div>
        <div className="record-do">
          {others.slice(0, 2).map((it) => (
            <Button key={it.step} onClick={() => setStep(it.step)}>
              {text(it.title)}
            </Button>
          ))}
          {others.length > 2 ? (
            <details className="mine">
              <summary>{words.record.stepsMore}</summary>
              <div className="mine-list">
                {others.slice(2).map((it) => (
                  <Button key={it.step} type="text" onClick={() => setStep(it.step)}>
                    {text(it.title)}
                  </Button>
                ))}
              </div>
            </details>
          ) : null}
          {main ? (
            <Button type="primary" onClick={() => setStep(main.step)} aria-keyshortcuts="Enter">
              {text(main.title)} <KeyCap>↵</KeyCap>
            </Button>
          ) : null}
        </div>
      </header>
      {due || stretches.length > 1 ? (
        <section className="card record-clock" aria-label={words.record.clock}>
          <div className="row-between">
            <h2>
              {due ? text(due.title) : words.record.clock}{' '}
              {due ? (
                <Clock
                  facts={clockOfWhole(due, whole.as_of)}
                  zone={zone}
                  of={names.label(record)}
                  cause={names.held}
                  long
                />
              ) : null}
            </h2>
            <Explained lines={clocks.data?.clocks[0]?.lines.map((it) => text(it)) ?? []} />
          </div>
          <HolderRibbon
            stretches={stretches}
            due={due ? Date.parse(due.due_at) : null}
            now={record.closed_at ? Date.parse(record.closed_at) : now}
            zone={zone}
            name={(it) => text(kind.states.find((state) => state.name === it)?.title) || names.held(it)}
          />
        </section>
      ) : null}
      <div className="record-body">
        <section className="card" aria-label={words.record.timeline}>
          <Timeline
            entries={journal.data ?? []}
            record={record}
            kind={kind}
            unit={unit}
            zone={zone}
            todo={whole.duties.to_do}
            steps={whole.steps}
          />
        </section>
        <div className="record-side">
          <Approvals unit={unit} record={record} />
          <section className="card" aria-label={words.record.duties}>
            <h2>{words.record.duties}</h2>
            <Duties unit={unit} whole={whole} zone={zone} />
          </section>
          <section className="card" aria-label={words.record.content}>
            <h2>{words.record.content}</h2>
            <dl className="content">
              {kind.fields
                .filter(
                  (it) =>
                    said.has(it.name) &&
                    record.data[it.name] !== undefined &&
                    record.data[it.name] !== null &&
                    shown(kind, it.name, record.data[it.name], by) !== '',
                )
                .map((it) => (
                  <div key={it.name}>
                    <dt>{text(it.title)}</dt>
                    <dd>
                      {it.private ? (
                        <Private
                          unit={unit}
                          kind={kind.kind}
                          record={record.id}
                          field={it}
                          masked={shown(kind, it.name, record.data[it.name], by)}
                        />
                      ) : (
                        shown(kind, it.name, record.data[it.name], by)
                      )}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
          <AppealBox unit={unit} kind={kind} whole={whole} />
          <Answers unit={unit} zone={zone} kind={kind} record={record} />
          <Views unit={unit} zone={zone} kind={kind} record={record.id} />
          <Erase unit={unit} zone={zone} kind={kind.kind} person={record.id} />
          <Invite unit={unit} zone={zone} kind={kind} record={record} />
        </div>
      </div>
      {chosen ? (
        <Sheet title={text(chosen.title)} close={() => setStep(undefined)}>
          <StepForm
            key={`${chosen.name}`}
            unit={unit}
            zone={zone}
            kind={kind}
            step={chosen}
            record={record}
            onCancel={() => setStep(undefined)}
            onDone={() => setStep(undefined)}
            onStale={again}
          />
        </Sheet>
      ) : null}
    </article>
  )
}

/** The choices that stand for the matter at a glance. */
function Choices({ kind, data }: { kind: KindOf; data: Record<string, unknown> }) {
  const text = useText()
  return kind.fields
    .filter(
      (it) =>
        it.type === 'choice' && data[it.name] !== undefined && kind.open.form.some((asked) => asked.field === it.name),
    )
    .slice(0, 3)
    .map((it) => (
      <span key={it.name} className="chip">
        {text(it.of?.find((choice) => choice.name === data[it.name])?.title)}
      </span>
    ))
}

function Explained({ lines }: { lines: string[] }) {
  const words = useWords()
  if (lines.length === 0) return null
  return (
    <details className="explained">
      <summary>{words.clock.explain}</summary>
      <ol>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </details>
  )
}
