/** The manager's morning: what is late, what nobody holds, gaps in the roster, and what was missed yesterday. Each figure opens its rows. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { calendarsQuery, dutiesQuery, kindQuery, kindsQuery, shiftsQuery, yearQuery } from '@/api/ask'
import type { DutyOf } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { civil, hourMinute, isoDay, when } from '@/clock/day'
import { DAY } from '@/clock/span'
import { serverNow } from '@/clock/ticker'
import { clockOf, holderText } from '@/duty/facts'
import { Verdict } from '@/verdict/Verdict'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { hoursOn, isWorkday, notCome, type ShiftOn, type Span, uncovered } from './morning'

const AT_ONCE = 8

export function Morning({ unit, zone, dayEnd }: { unit: string; zone: string; dayEnd: number }) {
  const words = useWords()
  const now = serverNow()
  const yesterday = isoDay(civil(now - DAY, zone))
  const late = useQuery(dutiesQuery({ unit, state: 'overdue', limit: 500, places: true }))
  const decided = useQuery(dutiesQuery({ unit, state: 'decided', from: yesterday, to: yesterday, limit: 500 }))
  const all = useQuery(dutiesQuery({ unit, limit: 500, places: true }))
  const unheld = (all.data?.duties ?? []).filter((it) => it.to_do?.holder.type === 'unit')
  const missed = (decided.data?.duties ?? []).filter((it) => it.decided?.outcome === 'missed')
  const gaps = useGaps(unit, zone, now, dayEnd)
  const [shown, setShown] = useState<string | null>(null)
  const tiles: { name: string; title: string; count: string; rows: ReactNode }[] = [
    {
      name: 'late',
      title: words.morning.late,
      count: figure(late.data?.duties.length, late.data?.more),
      rows: <Rows duties={late.data?.duties ?? []} unit={unit} zone={zone} />,
    },
    {
      name: 'unheld',
      title: words.morning.unheld,
      count: figure(all.data && unheld.length, all.data?.more),
      rows: <Rows duties={unheld} unit={unit} zone={zone} />,
    },
    {
      name: 'gaps',
      title: words.morning.gaps,
      count: figure(gaps?.lines.length),
      rows: <Gaps unit={unit} gaps={gaps} />,
    },
    {
      name: 'missed',
      title: words.morning.missed,
      count: figure(decided.data && missed.length, decided.data?.more),
      rows: <Rows duties={missed} unit={unit} zone={zone} />,
    },
  ]
  const open = tiles.find((it) => it.name === shown)
  return (
    <section className="morning" aria-label={words.morning.title}>
      <h2>{words.morning.title}</h2>
      <div className="morning-tiles">
        {tiles.map((it) => (
          <button
            key={it.name}
            type="button"
            className="morning-tile"
            aria-expanded={shown === it.name}
            onClick={() => setShown(shown === it.name ? null : it.name)}
          >
            <b className="num">{it.count}</b>
            <span>{it.title}</span>
          </button>
        ))}
      </div>
      {open ? open.rows : null}
    </section>
  )
}

const figure = (n: number | undefined, more = false): string => (n === undefined ? '…' : more ? `${n}+` : String(n))

function Rows({ duties, unit, zone }: { duties: readonly DutyOf[]; unit: string; zone: string }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const [most, setMost] = useState(AT_ONCE)
  const rows = duties.slice(0, most)
  const kinds = useQueries({
    queries: [...new Set(rows.map((it) => it.record.kind))].sort().map((it) => kindQuery(it)),
    combine: (found) => new Map(found.flatMap((it) => (it.data ? [[it.data.kind, it.data] as const] : []))),
  })
  if (duties.length === 0) return <p className="quiet morning-none">{words.morning.none}</p>
  return (
    <>
      <ol className="duties">
        {rows.map((it) => {
          const duty = it.to_do ?? it.decided
          if (!duty) return null
          const kind = kinds.get(it.record.kind)
          const title = text(kind?.duties.find((one) => one.name === duty.duty)?.title) || text(kind?.title)
          return (
            <li key={`${it.record.id}:${duty.duty}:${duty.occurrence}`} className="duty morning-row">
              {it.to_do ? (
                <Clock
                  facts={clockOf(it.to_do, it.record.waits)}
                  zone={zone}
                  of={names.label(it.record)}
                  cause={names.held}
                />
              ) : (
                <Verdict of="missed" />
              )}
              <b className="duty-title">{title}</b>
              <span className="duty-what">
                <Link to="/u/$unit/$kind/$record" params={{ unit, kind: it.record.kind, record: it.record.number }}>
                  {it.record.number.length < 36 ? it.record.number : text(kind?.title)}
                </Link>{' '}
                {names.place(it.record)} {names.label(it.record)}
              </span>
              <span className="small">
                {holderText(duty.holder, words, names.post) || words.home.unheld}
                {it.decided?.done_at ? (
                  <span className="quiet"> {when(Date.parse(it.decided.done_at), serverNow(), zone, words)}</span>
                ) : null}
              </span>
            </li>
          )
        })}
      </ol>
      {duties.length > most ? (
        <button type="button" className="plain" onClick={() => setMost(most + 50)}>
          {words.home.more(duties.length - most)}
        </button>
      ) : null}
    </>
  )
}

interface GapsFound {
  kind: string
  lines: { id: string; text: string; record?: string }[]
}

/** Those who have not come, and opening hours of today and tomorrow without a shift. */
function useGaps(unit: string, zone: string, now: number, dayEnd: number): GapsFound | undefined {
  const words = useWords()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const name = kinds.find((it) => it.role === 'shift')?.kind
  const kind = useQuery({ ...kindQuery(name ?? ''), enabled: name !== undefined })
  const shifts = useQuery({ ...shiftsQuery(unit, name ?? ''), enabled: name !== undefined })
  const calendars = useQuery(calendarsQuery)
  // Today and tomorrow; of a year that the pack does not know, Monday to Friday is all that can be said.
  const days = [dayEnd - DAY, dayEnd]
  const asked = new Set(days.map((midnight) => civil(midnight + 1, zone).year))
  const known = calendars.data?.years.filter((it) => asked.has(it)) ?? []
  const years = useQueries({
    queries: known.map(yearQuery),
    combine: (all) => (all.every((it) => !it.isPending) ? all.flatMap((it) => it.data ?? []) : undefined),
  })
  if (!kind.data || !shifts.data || !calendars.data || !years) return undefined
  const begins = kind.data.open.to
  const all = shifts.data.flatMap((it): ShiftOn[] => {
    const from = Date.parse(String(it.data?.from))
    const until = Date.parse(String(it.data?.until))
    const who = it.links?.member?.label ?? ''
    return Number.isNaN(from) || Number.isNaN(until)
      ? []
      : [{ id: it.number, who: who.slice(who.indexOf('：') + 1), from, until, planned: it.state === begins }]
  })
  const rules = Object.values(calendars.data.hours)[0] ?? []
  const day = (midnight: number): Span[] => {
    const works = isWorkday(civil(midnight + 1, zone), years)
    const rule = rules.find((it) => it.days === 'every' || works === (it.days === 'workdays'))
    return hoursOn(midnight, rule?.periods ?? [])
  }
  const hours = days.flatMap(day)
  const clock = (at: number) => hourMinute(civil(at, zone))
  return {
    kind: kind.data.kind,
    lines: [
      ...notCome(all, now).map((it) => ({
        id: it.id,
        record: it.id,
        text: words.morning.notCome(it.who, clock(it.from)),
      })),
      ...uncovered(hours, all, now).map((it) => ({
        id: String(it.from),
        text: words.morning.uncovered(
          it.from < dayEnd ? words.day.today : words.day.tomorrow,
          `${clock(it.from)}–${clock(it.until)}`,
        ),
      })),
    ],
  }
}

function Gaps({ unit, gaps }: { unit: string; gaps: GapsFound | undefined }) {
  const words = useWords()
  if (!gaps || gaps.lines.length === 0) return <p className="quiet morning-none">{words.morning.none}</p>
  return (
    <ul className="duties">
      {gaps.lines.map((it) => (
        <li key={it.id} className="morning-gap row-between">
          <span>{it.text}</span>
          <Link
            to={it.record ? '/u/$unit/$kind/$record' : '/u/$unit/$kind'}
            params={{ unit, kind: gaps.kind, record: it.record ?? '' }}
            search={it.record ? {} : { new: true }}
          >
            {it.record ? words.home.open : words.morning.plan}
          </Link>
        </li>
      ))}
    </ul>
  )
}
