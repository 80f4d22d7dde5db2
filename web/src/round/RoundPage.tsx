/** The day's way: whom to call ahead and where to go, by who goes there, in the order of the homes; printed as a list to take along. */

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { dutiesQuery, unitsQuery } from '@/api/ask'
import type { DutyOf } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { civil, isoDay } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { clockOf, holderText } from '@/duty/facts'
import { Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useWords } from '@/words'
import { useNames } from '@/words/names'
import { Callees } from './Callees'
import { type Stop, ways } from './route'
import '@/form/form.css'
import './round.css'

const AT_ONCE = 500
const NUMBERED = 36

export function RoundPage() {
  const { unit = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as { day?: string; kind?: string; of?: string }
  const words = useWords()
  const names = useNames()
  const navigate = useNavigate()
  const me = useMe()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const day = search.day ?? isoDay(civil(serverNow(), zone))
  const everybody = search.of === 'all'
  const found = useQuery(
    dutiesQuery({ unit, ...(everybody ? {} : { member: me?.member }), limit: AT_ONCE, places: true }),
  )
  // The end of a day belongs to it.
  const isDue = (at: number) => isoDay(civil(at - 1, zone)) <= day
  const duties = found.data?.duties ?? []
  const kinds = [...new Set(duties.filter((it) => names.place(it.record)).map((it) => it.record.kind))].sort()
  const chosen = duties.filter((it) => !search.kind || it.record.kind === search.kind)
  const all = ways(chosen, isDue, (it) => names.place(it.record))
  const [numbers, setNumbers] = useState(false)
  const turn = (to: Partial<typeof search>) => void navigate({ to: '.', search: { ...search, ...to } })
  return (
    <div className="round">
      <div className="row-between">
        <h1>{words.round.title}</h1>
        <div className="picks round-picks">
          <input
            type="date"
            aria-label={words.round.day}
            value={day}
            onChange={(event) => event.target.value && turn({ day: event.target.value })}
          />
          <select
            aria-label={words.round.kind}
            value={search.kind ?? ''}
            onChange={(event) => turn({ kind: event.target.value })}
          >
            <option value="">{words.round.everything}</option>
            {kinds.map((it) => (
              <option key={it} value={it}>
                {names.kind(it)}
              </option>
            ))}
          </select>
          <select
            aria-label={words.round.who}
            value={everybody ? 'all' : ''}
            onChange={(event) => turn({ of: event.target.value })}
          >
            <option value="">{words.round.mine}</option>
            <option value="all">{words.round.all}</option>
          </select>
          <Button aria-pressed={numbers} onClick={() => setNumbers(!numbers)}>
            {words.round.numbers}
          </Button>
          <Button onClick={() => print()}>{words.round.print}</Button>
        </div>
      </div>
      {found.error ? <Refusal error={found.error} /> : null}
      {found.data?.more ? <p className="quiet">{words.round.more(AT_ONCE)}</p> : null}
      {found.data && all.length === 0 ? <p className="quiet">{words.round.none}</p> : null}
      {all.map((way) => (
        <section key={way.key} className="card">
          <h2>
            {holderText(way.holder, words, names.post)}{' '}
            <small className="quiet">{words.round.stops(way.stops.length)}</small>
          </h2>
          <ol>
            {way.stops.map((stop) => (
              <StopRow key={stop.place} stop={stop} unit={unit} zone={zone} numbers={numbers} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

interface StopProps {
  stop: Stop
  unit: string
  zone: string
  /** Everybody's numbers are shown. */
  numbers: boolean
}

function StopRow({ stop: { place, duties }, unit, zone, numbers }: StopProps) {
  const words = useWords()
  const names = useNames()
  const [asked, setAsked] = useState(false)
  const calling = asked || numbers
  const [first] = duties
  const home = first && homeOf(first)
  return (
    <li className="stop">
      <b>{place}</b>
      <ul>
        {duties.map(({ record, to_do: it }) =>
          it ? (
            <li key={record.id} className="stop-matter">
              <Clock facts={clockOf(it, record.waits)} zone={zone} of={names.label(record)} cause={names.held} />
              <Link to="/u/$unit/$kind/$record" params={{ unit, kind: record.kind, record: record.number }}>
                {names.kind(record.kind)} {record.number.length < NUMBERED ? record.number : ''}
              </Link>
              {names.label(record) === names.kind(record.kind) ? null : <span>{names.label(record)}</span>}
            </li>
          ) : null,
        )}
      </ul>
      <span className="stop-call">
        {first && home && !calling ? (
          <Button size="small" aria-label={words.round.callAt(place)} onClick={() => setAsked(true)}>
            {words.round.call}
          </Button>
        ) : null}
        {first && home && calling ? <Callees unit={unit} kind={first.record.kind} home={home} /> : null}
      </span>
      <span className="stop-note" aria-hidden="true" />
    </li>
  )
}

const homeOf = (it: DutyOf): string | undefined => Object.values(it.record.links ?? {})[0]?.id
