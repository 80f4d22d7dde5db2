/** S6: who needs help, without false precision. Members and projects by their scores; every bar opens the card that made it. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { cardsQuery, standardsQuery, unitsQuery } from '@/api/ask'
import type { ScorecardOf } from '@/api/types'
import { serverNow } from '@/clock/ticker'
import { asNumber } from '@/design/number'
import { Skeleton } from '@/mine/HomePage'
import { periodText, recent } from '@/score/period'
import { sections } from '@/score/sections'
import { useText, useWords } from '@/words'
import '@/form/form.css'
import '@/list/list.css'
import '@/score/score.css'
import './rank.css'

export function RankPage() {
  const { unit = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as { standard?: string; period?: string }
  const words = useWords()
  const text = useText()
  const navigate = useNavigate()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const { data: standards = [] } = useQuery(standardsQuery)
  const standard =
    standards.find((it) => it.standard === search.standard) ??
    [...standards].sort(
      (a, b) => Number(b.scores === 'member') - Number(a.scores === 'member') || b.clauses - a.clauses,
    )[0]
  const periods = standard ? recent(standard.period, serverNow(), zone, 12) : []
  const period = search.period ?? periods[0] ?? ''
  const projects = units.filter((it) => it.level === 'project')
  const found = useQueries({
    queries: projects.map((it) => ({
      ...cardsQuery(it.code, { standard: standard?.standard ?? '', period }),
      enabled: standard !== undefined,
    })),
  })
  const cards = found.flatMap((it, at) => (it.data ?? []).map((card) => ({ card, project: projects[at] })))
  const ranked = cards
    .filter(({ card }) => card.total !== undefined)
    .sort((a, b) => asNumber(b.card.total ?? '0') - asNumber(a.card.total ?? '0'))
  // What has no score stands last, with its reason, and is never nought.
  const without = cards.filter(({ card }) => card.total === undefined)
  const lowest = Math.min(...ranked.map(({ card }) => asNumber(card.total ?? '0')), 90)
  const from = Math.max(0, Math.floor(lowest / 10) * 10)
  const worst = (card: ScorecardOf) =>
    sections(card.clauses)
      .filter((it) => asNumber(it.lost) > 0)
      .sort((a, b) => asNumber(b.lost) - asNumber(a.lost))[0]
  const row = ({ card, project }: (typeof cards)[number], rank: number | null) => {
    const lost = worst(card)
    const section = standard?.sections.find((it) => it.name === lost?.name)
    return (
      <tr
        key={`${project?.code}:${card.id}`}
        className={projects.length > 1 && project?.code === unit ? 'rank-own' : undefined}
      >
        <td className="right">{rank ?? '—'}</td>
        <th scope="row">{card.holder?.name ?? project?.name ?? card.subject}</th>
        <td>{project?.name}</td>
        <td>
          {card.total ? (
            <Link
              to="/u/$unit/scorecards"
              params={{ unit: project?.code ?? unit }}
              search={{ standard: card.standard, period, card: card.id }}
              className="rank-bar"
            >
              <span aria-hidden="true">
                <i style={{ width: `${((asNumber(card.total) - from) / (100 - from || 1)) * 100}%` }} />
              </span>
              <b>{card.total}</b>
            </Link>
          ) : (
            <span className="quiet">{card.no_total ? text(card.no_total) : '—'}</span>
          )}
        </td>
        <td className="small">
          {lost && section ? words.rank.most(text(section.title), lost.lost) : card.total ? words.score.full : ''}
        </td>
      </tr>
    )
  }
  return (
    <div className="rank">
      <div className="row-between">
        <h1>{words.rank.title}</h1>
        <div className="filters">
          <select
            className="select"
            aria-label={words.score.standard}
            value={standard?.standard ?? ''}
            onChange={(event) => void navigate({ to: '.', search: { standard: event.target.value } })}
          >
            {standards.map((it) => (
              <option key={it.standard} value={it.standard}>
                {text(it.title)}
              </option>
            ))}
          </select>
          <select
            className="select"
            aria-label={words.score.period}
            value={period}
            onChange={(event) =>
              void navigate({ to: '.', search: { standard: standard?.standard, period: event.target.value } })
            }
          >
            {[...new Set([period, ...periods])].map((it) => (
              <option key={it} value={it}>
                {periodText(it, words)}
              </option>
            ))}
          </select>
        </div>
      </div>
      {found.some((it) => it.isPending && it.fetchStatus !== 'idle') ? <Skeleton /> : null}
      <table className="clauses">
        <thead>
          <tr>
            <th scope="col" className="right">
              {words.rank.rank}
            </th>
            <th scope="col">{words.rank.who}</th>
            <th scope="col">{words.shell.units}</th>
            <th scope="col">{words.rank.score(from)}</th>
            <th scope="col">{words.rank.reading}</th>
          </tr>
        </thead>
        <tbody>
          {ranked.map((it, at) => row(it, at + 1))}
          {without.map((it) => row(it, null))}
        </tbody>
      </table>
    </div>
  )
}
