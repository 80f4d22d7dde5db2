/** What is due, day by day: a month of counts, and the duties of the day that is chosen. */

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { dutiesQuery, unitsQuery } from '@/api/ask'
import { Clock } from '@/clock/Clock'
import { civil, isoDay } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { clockOf } from '@/duty/facts'
import { Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useWords } from '@/words'
import { useNames } from '@/words/names'
import '@/form/form.css'
import './calendar.css'

const AT_ONCE = 500

export function CalendarPage() {
  const { unit = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as { day?: string }
  const words = useWords()
  const names = useNames()
  const navigate = useNavigate()
  const me = useMe()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const found = useQuery(dutiesQuery({ unit, member: me?.member, limit: AT_ONCE, places: true }))
  const today = isoDay(civil(serverNow(), zone))
  const chosen = search.day ?? today
  const [year = 1970, month = 1] = chosen.split('-').map(Number)
  const byDay = new Map<string, NonNullable<typeof found.data>['duties']>()
  for (const it of found.data?.duties ?? []) {
    if (!it.to_do) continue
    // The end of a day belongs to it.
    const day = isoDay(civil(Date.parse(it.to_do.due_at) - 1, zone))
    byDay.set(day, [...(byDay.get(day) ?? []), it])
  }
  const two = (n: number) => String(n).padStart(2, '0')
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const lead = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7
  const turn = (by: number) => {
    const it = new Date(Date.UTC(year, month - 1 + by, 1))
    void navigate({ to: '.', search: { day: `${it.getUTCFullYear()}-${two(it.getUTCMonth() + 1)}-01` } })
  }
  const rows = byDay.get(chosen) ?? []
  return (
    <div className="calendar">
      <div className="row-between">
        <h1>
          {words.shell.calendar} <small className="quiet">{words.day.month(year, month)}</small>
        </h1>
        <div className="picks">
          <Button onClick={() => turn(-1)}>{words.calendar.before}</Button>
          <Button onClick={() => void navigate({ to: '.', search: {} })}>{words.day.today}</Button>
          <Button onClick={() => turn(1)}>{words.calendar.after}</Button>
        </div>
      </div>
      {found.error ? <Refusal error={found.error} /> : null}
      <div className="calendar-split">
        <ol className="month">
          {[1, 2, 3, 4, 5, 6, 0].map((it) => (
            <li key={`weekday-${it}`} className="weekday" aria-hidden="true">
              {words.day.weekdays[it]}
            </li>
          ))}
          {Array.from({ length: lead }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: blanks before the first day never move.
            <li key={`blank-${at}`} aria-hidden="true" />
          ))}
          {Array.from({ length: last }, (_, at) => {
            const day = `${year}-${two(month)}-${two(at + 1)}`
            const n = byDay.get(day)?.length ?? 0
            return (
              <li key={day}>
                <Link
                  to="."
                  search={{ day }}
                  className={`day-cell${day === chosen ? ' day-chosen' : ''}${day === today ? ' day-today' : ''}`}
                  aria-current={day === today ? 'date' : undefined}
                >
                  <span aria-hidden="true">{at + 1}</span>
                  {n > 0 ? <b aria-hidden="true">{n}</b> : null}
                  <span className="unseen">{words.calendar.day(words.day.date(month, at + 1), n)}</span>
                </Link>
              </li>
            )
          })}
        </ol>
        <section className="card" aria-label={words.calendar.due}>
          <h2>{words.calendar.day(words.day.date(month, Number(chosen.slice(8))), rows.length)}</h2>
          {rows.length === 0 ? <p className="quiet">{words.calendar.none}</p> : null}
          <ul>
            {rows.map(({ record, to_do: it, unit: of }) =>
              it ? (
                <li key={`${record.id}:${it.duty}:${it.occurrence}`} className="calendar-row">
                  <Clock facts={clockOf(it, record.waits)} zone={zone} of={names.label(record)} cause={names.held} />
                  <Link to="/u/$unit/$kind/$record" params={{ unit: of, kind: record.kind, record: record.number }}>
                    {names.kind(record.kind)} {names.place(record)} {names.label(record)}
                  </Link>
                </li>
              ) : null,
            )}
          </ul>
        </section>
      </div>
    </div>
  )
}
