/** What came in and what was kept, over time. Every mark and every number opens the rows that it counts. */

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Input } from 'antd'
import { useMemo } from 'react'
import { dutiesQuery, figuresQuery, kindsQuery, unitsQuery } from '@/api/ask'
import type { FigureOf, Outcome } from '@/api/types'
import { civil, until, when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import type { Colour } from '@/design/css'
import { holderText } from '@/duty/facts'
import { Sheet } from '@/form/Sheet'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { rail } from '@/shell/rail'
import { Verdict } from '@/verdict/Verdict'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { Chart, type Series } from './Chart'
import { type Asked, askedOf, lengths, outcomes, shareMet, tick, windowText } from './figures'
import '@/form/form.css'
import '@/list/list.css'
import '@/score/score.css'
import './figures.css'

const colours: Record<Outcome, Colour> = {
  met: 'met',
  missed: 'missed',
  excused: 'excused',
  exempt: 'na',
  withdrawn: 'pending',
}

export function FiguresPage() {
  const { unit = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const words = useWords()
  const text = useText()
  const navigate = useNavigate()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const asked = askedOf(search, civil(serverNow(), zone))
  const kinds = useQuery(kindsQuery)
  // What is worked on first, then the other records; registers of homes and people have nothing over time.
  const offered = useMemo(() => {
    const { matters, registers } = rail(kinds.data ?? [], [])
    return [...matters, ...registers].map((it) => it.kind).filter((it) => it.numbered && !it.role)
  }, [kinds.data])
  const kind = offered.find((it) => it.kind === asked.kind) ?? offered[0]
  const found = useQuery({
    ...figuresQuery(unit, { kind: kind?.kind ?? '', by: asked.by, from: asked.from, to: asked.to }),
    enabled: kind !== undefined,
  })
  const figures = found.data ?? []
  const set = (some: { [K in keyof Asked]?: Asked[K] | undefined }) =>
    void navigate({ to: '.', search: (was: Record<string, unknown>) => ({ ...was, ...some }) })

  const drawn = useMemo(() => {
    const all = found.data ?? []
    const opened: Series[] = [
      { key: 'opened', name: words.figures.opened, colour: 'primary', counts: all.map((it) => it.opened) },
    ]
    const seen = outcomes.filter((name) => all.some((it) => it.outcomes[name]))
    const decided = seen.map((name): Series => {
      const counts = all.map((it) => it.outcomes[name] ?? 0)
      return { key: name, name: words.verdict[name], colour: colours[name], counts }
    })
    return { opened, decided, seen, ticks: all.map(tick), names: all.map((it) => windowText(it, words)) }
  }, [found.data, words])
  const sum = (of: (it: FigureOf) => number | undefined) => figures.reduce((all, it) => all + (of(it) ?? 0), 0)
  const rows = (it: { from: string; to: string }) => ({ open: 'all', opened_from: it.from, opened_to: it.to })
  const chosen = figures.find((it) => it.from === asked.on)

  return (
    <div className="figures">
      <div className="row-between">
        <h1>{words.figures.title}</h1>
        <div className="filters">
          <select
            className="select"
            aria-label={words.figures.kind}
            value={kind?.kind ?? ''}
            onChange={(event) => set({ kind: event.target.value })}
          >
            {offered.map((it) => (
              <option key={it.kind} value={it.kind}>
                {text(it.title)}
              </option>
            ))}
          </select>
          <select
            className="select"
            aria-label={words.figures.by}
            value={asked.by}
            onChange={(event) =>
              // Thirty days of months would be one mark: each length has days of its own.
              set({ by: event.target.value as Asked['by'], from: undefined, to: undefined })
            }
          >
            {lengths.map((it) => (
              <option key={it} value={it}>
                {words.figures.lengths[it]}
              </option>
            ))}
          </select>
          <Input
            type="date"
            className="figures-day"
            aria-label={words.figures.from}
            prefix={words.figures.from}
            value={asked.from}
            onChange={(event) => event.target.value && set({ from: event.target.value })}
          />
          <Input
            type="date"
            className="figures-day"
            aria-label={words.figures.to}
            prefix={words.figures.to}
            value={asked.to}
            onChange={(event) => event.target.value && set({ to: event.target.value })}
          />
        </div>
      </div>
      {found.error ? <Refusal error={found.error} /> : null}
      {found.isPending && kind ? <Skeleton /> : null}
      {found.data && kind ? (
        <>
          <section className="card">
            <h2>
              {words.figures.openedOf(
                text(kind.title),
                sum((it) => it.opened),
              )}
            </h2>
            <Chart
              label={words.figures.openedOf(
                text(kind.title),
                sum((it) => it.opened),
              )}
              ticks={drawn.ticks}
              names={drawn.names}
              series={drawn.opened}
              onMark={(at) => {
                const it = figures[at]
                if (it) void navigate({ to: '/u/$unit/$kind', params: { unit, kind: kind.kind }, search: rows(it) })
              }}
            />
          </section>
          <section className="card">
            <h2>{words.figures.decided}</h2>
            {drawn.seen.length === 0 ? (
              <p className="quiet">{words.figures.none}</p>
            ) : (
              <Chart
                label={words.figures.decided}
                ticks={drawn.ticks}
                names={drawn.names}
                series={drawn.decided}
                onMark={(at, key) => set({ on: figures[at]?.from, outcome: outcomes.find((it) => it === key) })}
              />
            )}
          </section>
          <section className="card">
            <table className="clauses">
              <caption className="unseen">{words.figures.table}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.figures.window}</th>
                  <th scope="col" className="right">
                    {words.figures.opened}
                  </th>
                  {drawn.seen.map((it) => (
                    <th scope="col" key={it} className="right">
                      {words.verdict[it]}
                    </th>
                  ))}
                  <th scope="col" className="right">
                    {words.figures.share}
                  </th>
                </tr>
              </thead>
              <tbody>
                {[...figures].reverse().map((it) => (
                  <tr key={it.from}>
                    <th scope="row">{windowText(it, words)}</th>
                    <td className="right">
                      {it.opened > 0 ? (
                        <Link to="/u/$unit/$kind" params={{ unit, kind: kind.kind }} search={rows(it)}>
                          {it.opened}
                        </Link>
                      ) : (
                        0
                      )}
                    </td>
                    {drawn.seen.map((name) => (
                      <td key={name} className="right">
                        {it.outcomes[name] ? (
                          <button
                            type="button"
                            className="plain"
                            aria-label={words.figures.rows(
                              windowText(it, words),
                              words.verdict[name],
                              it.outcomes[name] ?? 0,
                            )}
                            onClick={() => set({ on: it.from, outcome: name })}
                          >
                            {it.outcomes[name]}
                          </button>
                        ) : (
                          0
                        )}
                      </td>
                    ))}
                    <td className="right">{percent(shareMet(it.outcomes))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      ) : null}
      {chosen && asked.outcome && kind ? (
        <Decided
          unit={unit}
          zone={zone}
          kind={kind.kind}
          window={chosen}
          outcome={asked.outcome}
          close={() => set({ on: undefined, outcome: undefined })}
        />
      ) : null}
    </div>
  )
}

const percent = (share: number | null) => (share === null ? '—' : `${(share * 100).toFixed(1)}%`)

/** As many as the server gives at once. */
const MOST = 500

interface DecidedProps {
  unit: string
  zone: string
  kind: string
  window: FigureOf
  outcome: Outcome
  close: () => void
}

/** The duties that one mark counts. */
function Decided({ unit, zone, kind, window, outcome, close }: DecidedProps) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const { from, to } = window
  const found = useQuery(
    dutiesQuery({ unit, alone: true, kind, state: 'decided', from, to, outcome, limit: MOST, places: true }),
  )
  const now = serverNow()
  const title = words.figures.rows(windowText(window, words), words.verdict[outcome], window.outcomes[outcome] ?? 0)
  return (
    <Sheet title={title} close={close} side>
      {found.error ? <Refusal error={found.error} /> : null}
      {found.isPending ? <Skeleton /> : null}
      {found.data?.more ? <p className="quiet">{words.figures.most(MOST)}</p> : null}
      <ul className="figures-rows">
        {found.data?.duties.map(({ record, decided: it, unit: of }) =>
          it ? (
            <li key={`${record.id}:${it.duty}:${it.occurrence}`}>
              <Verdict of={it.outcome} />
              <Link to="/u/$unit/$kind/$record" params={{ unit: of, kind: record.kind, record: record.number }}>
                {record.number} {names.place(record)} {names.label(record)}
              </Link>
              <span className="quiet">
                {text(it.title)} · {holderText(it.holder, words, names.post)} ·{' '}
                {words.figures.due(until(Date.parse(it.due_at), now, zone, words))}
                {it.done_at ? ` · ${words.figures.done(when(Date.parse(it.done_at), now, zone, words))}` : ''}
              </span>
            </li>
          ) : null,
        )}
      </ul>
    </Sheet>
  )
}
