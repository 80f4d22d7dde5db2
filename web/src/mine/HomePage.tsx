/** S1, my duties: what to do now and what it is worth. The first row is the next thing to do, and Enter does it. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { dutiesQuery, kindQuery, lossesQuery, unitsQuery } from '@/api/ask'
import type { DutyOf, KindOf } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { civil, until } from '@/clock/day'
import { fromLocal } from '@/clock/local'
import { spanText } from '@/clock/say'
import { rough } from '@/clock/span'
import { serverNow } from '@/clock/ticker'
import { KeyCap } from '@/design/KeyCap'
import { points, sum } from '@/design/number'
import { Worth } from '@/design/parts'
import { clockOf, holderText } from '@/duty/facts'
import { dueToday, groups } from '@/duty/order'
import { useKeys } from '@/keys/keys'
import { Refusal } from '@/refusal/Refusal'
import { toKeep, type WorthOf, worthOf, worths } from '@/score/losses'
import { useMe } from '@/session/session'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { Keeping, MyScore, useMyCard } from './MyScore'
import { type DueAt, Today } from './Today'
import './home.css'

const Morning = lazy(() => import('./Morning').then((it) => ({ default: it.Morning })))

const AT_ONCE = 500

export function HomePage() {
  const { unit = '' } = useParams({ strict: false })
  const words = useWords()
  const text = useText()
  const me = useMe()
  const navigate = useNavigate()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const found = useQuery(dutiesQuery({ unit, member: me?.member, limit: AT_ONCE, places: true }))
  const [at, setAt] = useState(0)
  const [more, setMore] = useState(false)

  const now = serverNow()
  const dayEnd = endOfDay(now, zone)
  const sorted = useMemo(() => groups(found.data?.duties ?? [], now, dayEnd), [found.data, dayEnd, now])
  const later = more ? sorted.later : sorted.later.slice(0, 8)
  const late = more ? sorted.late : sorted.late.slice(0, 5)
  const first = more ? sorted.first : sorted.first.slice(0, 20)
  const due = more ? sorted.today : sorted.today.slice(0, 40)
  const rows = [...first, ...due, ...late, ...later, ...sorted.paused]
  const hidden =
    sorted.first.length +
    sorted.today.length +
    sorted.late.length +
    sorted.later.length -
    (first.length + due.length + late.length + later.length)
  const kinds = useKinds(rows)
  const { card } = useMyCard(unit, zone)
  const losses = useQuery({ ...lossesQuery(unit, card?.id ?? ''), enabled: card !== undefined })
  const worth = useMemo(() => (losses.data ? worths(losses.data) : null), [losses.data])
  const keep = losses.data ? toKeep(losses.data, dayEnd) : []
  const leads = me?.units?.find((it) => it.code === unit)?.may.includes('scores') ?? false

  const open = (it: DutyOf | undefined) =>
    it &&
    void navigate({
      to: '/u/$unit/$kind/$record',
      params: { unit: it.unit, kind: it.record.kind, record: it.record.number },
    })
  useKeys([
    { keys: 'j', label: words.keys.next, run: () => setAt((it) => Math.min(rows.length - 1, it + 1)) },
    { keys: 'k', label: words.keys.previous, run: () => setAt((it) => Math.max(0, it - 1)) },
    { keys: 'o', label: words.keys.open, run: () => open(rows[at]) },
    { keys: 'Enter', label: words.keys.main, run: () => open(rows[at]) },
  ])

  const today = dueToday(sorted)
  const section = (title: string, hint: string, of: DutyOf[], from: number) =>
    of.length === 0 ? null : (
      <section className="home-group" aria-label={title}>
        <div className="row-between">
          <h2>
            {title} <small>{hint}</small>
          </h2>
        </div>
        <ol className="duties">
          {of.map((it, index) => (
            <DutyLine
              key={`${it.record.id}:${it.to_do?.duty}:${it.to_do?.occurrence}`}
              duty={it}
              kind={kinds.get(it.record.kind)}
              zone={zone}
              here={from + index === at}
              onOpen={() => open(it)}
              mine={me?.member !== undefined}
              worth={worth ? worthOf(worth, it) : undefined}
            />
          ))}
        </ol>
      </section>
    )
  const name = me?.name ?? words.home.everyone
  const dues = [...sorted.first, ...sorted.today].map(
    (it): DueAt => ({
      at: Date.parse(it.to_do?.due_at ?? ''),
      title: titleOf(it, kinds.get(it.record.kind), text),
      soon: sorted.first.includes(it),
    }),
  )
  const next = sorted.later[0]
  return (
    <div className="home">
      <div>
        <div className="row-between home-head">
          <h1>
            {found.data
              ? keep.length > 0 && today > 0
                ? words.home.sentenceWorth(name, today, points(sum(keep.map((it) => it.worth))), found.data.more)
                : words.home.sentence(name, today, found.data.more)
              : words.shell.home}
          </h1>
          <span className="small quiet">{sorted.overdue > 0 ? words.home.overdueToo(sorted.overdue) : ''}</span>
        </div>
        {found.data ? <Today due={dues} dayEnd={dayEnd} now={now} zone={zone} /> : null}
        {leads ? (
          <Suspense>
            <Morning unit={unit} zone={zone} dayEnd={dayEnd} />
          </Suspense>
        ) : null}
        {found.error ? <Refusal error={found.error} /> : null}
        {found.isPending ? <Skeleton /> : null}
        {section(words.home.first, '', first, 0)}
        {section(words.home.today, words.home.todayLeft(spanText(rough(dayEnd - now), words)), due, first.length)}
        {found.data && today === 0 ? (
          <div className="card nothing">
            <b>{words.home.empty}</b>
            <p>
              {next?.to_do
                ? words.home.emptyNext(
                    until(Date.parse(next.to_do.due_at), now, zone, words),
                    titleOf(next, kinds.get(next.record.kind), text),
                  )
                : words.home.emptyNothing}
            </p>
          </div>
        ) : null}
        {section(words.home.late, '', late, sorted.first.length + sorted.today.length)}
        {section(words.home.later, words.home.laterHint, later, first.length + due.length + late.length)}
        {!more && hidden > 0 ? (
          <Button className="home-more" onClick={() => setMore(true)}>
            {words.home.more(hidden)}
          </Button>
        ) : null}
        {section(words.home.paused, words.home.pausedHint, sorted.paused, rows.length - sorted.paused.length)}
      </div>
      <aside className="home-side">
        <MyScore unit={unit} zone={zone} losses={losses.data} />
        {keep.length > 0 ? <Keeping unit={unit} card={card?.id ?? ''} keep={keep} /> : null}
      </aside>
    </div>
  )
}

/** The end of the civil day in the unit's zone. */
export function endOfDay(now: number, zone: string): number {
  const it = civil(now, zone)
  const two = (n: number) => String(n).padStart(2, '0')
  const start = fromLocal(`${it.year}-${two(it.month)}-${two(it.day)}T00:00`, zone)
  return (start ? Date.parse(start) : now) + 24 * 3600_000
}

function useKinds(rows: readonly DutyOf[]): Map<string, KindOf> {
  const names = [...new Set(rows.map((it) => it.record.kind))].sort()
  return useQueries({
    queries: names.map((name) => kindQuery(name)),
    combine: (all) => new Map(all.flatMap((it) => (it.data ? [[it.data.kind, it.data] as const] : []))),
  })
}

const titleOf = (it: DutyOf, kind: KindOf | undefined, text: ReturnType<typeof useText>) =>
  text(kind?.duties.find((duty) => duty.name === it.to_do?.duty)?.title) || (it.to_do?.duty ?? '')

interface LineProps {
  duty: DutyOf
  kind: KindOf | undefined
  zone: string
  here: boolean
  mine: boolean
  worth: WorthOf | undefined
  onOpen: () => void
}

function DutyLine({ duty, kind, zone, here, mine, worth, onOpen }: LineProps) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { to_do: it, record } = duty
  if (!it) return null
  const title = titleOf(duty, kind, text)
  const until = kind?.duties.find((one) => one.name === it.duty)?.until[0]
  const verb = text(kind?.steps.find((step) => step.name === until)?.title) || words.home.open
  return (
    <li className={here ? 'duty duty-here' : 'duty'} aria-current={here || undefined}>
      <Clock facts={clockOf(it, record.waits)} zone={zone} of={`${title} ${names.label(record)}`} cause={names.held} />
      <b className="duty-title">{title}</b>
      <span className="duty-what">
        <Link to="/u/$unit/$kind/$record" params={{ unit: duty.unit, kind: record.kind, record: record.number }}>
          {record.number.length < 36 ? record.number : text(kind?.title)}
        </Link>{' '}
        {names.place(record)} {names.label(record)}
        {mine ? null : (
          <span className="quiet small"> {holderText(it.holder, words, names.post) || words.home.unheld}</span>
        )}
      </span>
      {worth ? <Worth {...worth} /> : <span className="worth" />}
      <Button type={here ? 'primary' : 'default'} onClick={onOpen}>
        {verb}
        {here ? <KeyCap>↵</KeyCap> : null}
      </Button>
    </li>
  )
}

export function Skeleton() {
  const words = useWords()
  return (
    <div className="card late-skeleton" role="status" aria-label={words.shell.loading}>
      <div className="skeleton" style={{ width: '60%' }} />
      <div className="skeleton" style={{ width: '85%' }} />
      <div className="skeleton" style={{ width: '45%' }} />
    </div>
  )
}
