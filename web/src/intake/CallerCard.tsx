/** The caller's card: the home in large type, its open matters with their clocks, the last contacts. The form never waits for it. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { listQuery, recordQuery } from '@/api/ask'
import type { RecordRow } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { civil, dayName } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { clockOf } from '@/duty/facts'
import { useWords } from '@/words'
import { useNames } from '@/words/names'

const THREE_MONTHS = 92 * 24 * 3600_000

interface Props {
  /** Of the matter that is being registered. */
  kind: string
  unit: string
  zone: string
  home: string
  row: RecordRow | null
  /** Read from the words of the caller. */
  room: string
  place: string | undefined
  link: string | null
  onHome: (id: string | null, row?: RecordRow) => void
  /** What is known to be out of order, whoever calls. */
  children?: ReactNode
}

export function CallerCard({ kind, unit, zone, home, row, room, place, link, onHome, children }: Props) {
  const words = useWords()
  const now = serverNow()
  const names = useNames()
  const heard = useQuery({
    ...listQuery(unit, { kind: place, q: room, open: 'all', limit: 9 }),
    enabled: room !== '' && place !== undefined && home === '',
  })
  const held = useQuery({ ...recordQuery(unit, home), enabled: home !== '' })
  const matters = useQuery({
    ...listQuery(unit, { open: 'true', limit: 8, ...(link ? { link: [link, home] as [string, string] } : {}) }),
    enabled: home !== '' && link !== null,
  })
  const past = useQuery({
    ...listQuery(unit, {
      open: 'false',
      sort: 'newest',
      limit: 5,
      ...(link ? { link: [link, home] as [string, string] } : {}),
    }),
    enabled: home !== '' && link !== null,
  })
  const isMatter = (it: RecordRow) => it.number.length < 36
  const mine = matters.data?.records.filter(isMatter) ?? []
  const people = matters.data?.records.filter((it) => !isMatter(it)) ?? []
  const candidates = heard.data?.records ?? []
  // The same home reported the same kind of matter within three months.
  const again = [...mine, ...(past.data?.records ?? [])].find(
    (it) => it.kind === kind && now - Date.parse(it.opened_at) < THREE_MONTHS,
  )
  const only = candidates.length === 1 ? candidates[0] : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: one home fits the words: it is taken once, and a person may change it.
  useEffect(() => {
    if (only && home === '') onHome(only.id, only)
  }, [only?.id])

  const known = row ?? held.data?.record
  const name = known ? names.label(known) : undefined
  return (
    <aside className="card caller" aria-live="polite">
      {name ? <h1>{name}</h1> : <h1 className="quiet">{room || words.intake.placeHint}</h1>}
      {people.length > 0 ? (
        <p>
          {people.map((it) => (
            <Link key={it.id} to="/u/$unit/$kind/$record" params={{ unit, kind: it.kind, record: it.number }}>
              {names.label(it)}
            </Link>
          ))}
        </p>
      ) : null}
      {again ? (
        <p className="again">
          {words.intake.repeated('')}{' '}
          <Link to="/u/$unit/$kind/$record" params={{ unit, kind: again.kind, record: again.number }}>
            {again.number}
          </Link>{' '}
          {names.label(again)}
        </p>
      ) : null}
      {children}
      {home === '' ? (
        candidates.length > 1 ? (
          <ul>
            {candidates.map((it) => (
              <li key={it.id}>
                <button type="button" className="plain" onClick={() => onHome(it.id, it)}>
                  {names.label(it)}
                </button>
              </li>
            ))}
          </ul>
        ) : (
          <p className="quiet small">{words.intake.noHome}</p>
        )
      ) : (
        <>
          <section>
            <h2>{words.intake.openMatters(mine.length)}</h2>
            {matters.data && mine.length === 0 ? <p className="quiet small">{words.intake.noMatters}</p> : null}
            <ul>
              {mine.map((it) => (
                <li key={it.id} className="matter">
                  <div className="row-between">
                    <Link to="/u/$unit/$kind/$record" params={{ unit, kind: it.kind, record: it.number }}>
                      {it.number.length < 36 ? it.number : names.kind(it.kind)}
                    </Link>
                    {it.next ? <Clock facts={clockOf(it.next, it.waits)} zone={zone} /> : null}
                  </div>
                  <p className="small">{names.label(it)}</p>
                </li>
              ))}
            </ul>
          </section>
          {past.data && past.data.records.length > 0 ? (
            <section>
              <h2>{words.intake.recent}</h2>
              <ul className="small">
                {past.data.records.map((it) => (
                  <li key={it.id} className="contact">
                    <span className="quiet">
                      {dayName(civil(Date.parse(it.opened_at), zone), civil(now, zone), words)}
                    </span>
                    <span>{names.kind(it.kind)}</span>
                    <Link to="/u/$unit/$kind/$record" params={{ unit, kind: it.kind, record: it.number }}>
                      {names.label(it)}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
        </>
      )}
    </aside>
  )
}
