/** My score so far, with what each section lost; every figure opens the rows that made it. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { cardsQuery, standardsQuery } from '@/api/ask'
import type { LossesOf } from '@/api/types'
import { civil } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { asNumber, loss, points, sum } from '@/design/number'
import type { Keep } from '@/score/losses'
import { periodOf } from '@/score/period'
import { preferred, sections } from '@/score/sections'
import { useMe } from '@/session/session'
import { useText, useWords } from '@/words'

/** The card of whoever is signed in, by the standard for members with the most clauses. */
export function useMyCard(unit: string, zone: string) {
  const me = useMe()
  const { data: standards = [] } = useQuery(standardsQuery)
  const standard = preferred(standards.filter((it) => it.scores === 'member'))
  const period = standard ? periodOf(standard.period, serverNow(), zone) : ''
  const found = useQuery({
    ...cardsQuery(unit, { standard: standard?.standard ?? '', period, member: me?.login }),
    enabled: standard !== undefined && me?.member !== undefined && me.login !== undefined,
  })
  return { standard, card: found.data?.[0], isFetched: found.isFetched }
}

const AT_ONCE = 6

export function MyScore({ unit, zone, losses }: { unit: string; zone: string; losses: LossesOf | undefined }) {
  const words = useWords()
  const text = useText()
  const me = useMe()
  const { standard, card, isFetched } = useMyCard(unit, zone)
  const [more, setMore] = useState(false)
  if (!me?.login || !standard) return null
  const lost = losses?.lost ?? []
  const shown = more ? lost : lost.slice(0, AT_ONCE)
  const it = civil(serverNow(), zone)
  return (
    <section className="card" aria-label={words.home.myScore}>
      <div className="row-between">
        <h2>
          {words.home.myScore} · {words.day.month(it.year, it.month)}
        </h2>
        <span className="chip">{words.home.live}</span>
      </div>
      {card?.total ? (
        <>
          <div className="row-between">
            <p className="score">
              {card.total} <small>/ {card.full.replace(/\.00$/, '')}</small>
            </p>
            <Link to="/u/$unit/scorecards" params={{ unit }} search={{ standard: card.standard, card: card.id }}>
              {words.home.seeEvidence}
            </Link>
          </div>
          <ul className="losses">
            {sections(card.clauses).map((section) => (
              <li key={section.name}>
                <Link to="/u/$unit/scorecards" params={{ unit }} search={{ standard: card.standard, card: card.id }}>
                  {text(standard.sections.find((it) => it.name === section.name)?.title) || section.name}
                </Link>
                <b>{loss(section.lost) || <span className="quiet">{words.score.full}</span>}</b>
              </li>
            ))}
          </ul>
        </>
      ) : isFetched ? (
        <p className="quiet">{card?.no_total ? text(card.no_total) : words.home.noScore}</p>
      ) : null}
      {lost.length > 0 ? (
        <>
          <h3>{words.home.lostTitle}</h3>
          <ol className="lost">
            {shown.map(({ clause, item }) => (
              <li key={`${clause}:${item.record}:${item.part}:${item.started_at}:${item.due_at}`}>
                <Link
                  to="/u/$unit/scorecards"
                  params={{ unit }}
                  search={{ standard: standard.standard, card: card?.id, clause }}
                >
                  {clause}
                </Link>{' '}
                <Link to="/u/$unit/r/$record" params={{ unit: item.project, record: item.record }}>
                  {text(item.reason)}
                </Link>
              </li>
            ))}
          </ol>
          {lost.length > shown.length ? (
            <button type="button" className="plain" onClick={() => setMore(true)}>
              {words.home.more(lost.length - shown.length)}
            </button>
          ) : null}
        </>
      ) : null}
    </section>
  )
}

/** What can still be kept today, the largest first. */
export function Keeping({ unit, card, keep }: { unit: string; card: string; keep: readonly Keep[] }) {
  const words = useWords()
  const text = useText()
  const most = Math.max(...keep.map((it) => asNumber(it.worth)), 0.01)
  return (
    <section className="card" aria-label={words.home.keep}>
      <div className="row-between">
        <h2>{words.home.keep}</h2>
        <b>{points(sum(keep.map((it) => it.worth)))}</b>
      </div>
      <p className="small quiet">{words.home.keepHint}</p>
      <ol className="keeping">
        {keep.map((it) => (
          <li key={it.clause}>
            <Link to="/u/$unit/scorecards" params={{ unit }} search={{ card, clause: it.clause }}>
              {it.clause}
            </Link>
            <i aria-hidden="true" style={{ width: `${(asNumber(it.worth) / most) * 100}%` }} />
            <span>{words.home.keepLine(text(it.title), it.count)}</span>
            <b>{loss(it.worth)}</b>
          </li>
        ))}
      </ol>
    </section>
  )
}
