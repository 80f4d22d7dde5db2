/** My score so far, with what each section lost; every figure opens the rows that made it. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { cardsQuery, standardsQuery } from '@/api/ask'
import { civil } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { loss } from '@/design/number'
import { periodOf } from '@/score/period'
import { preferred, sections } from '@/score/sections'
import { useMe } from '@/session/session'
import { useText, useWords } from '@/words'

export function MyScore({ unit, zone }: { unit: string; zone: string }) {
  const words = useWords()
  const text = useText()
  const me = useMe()
  const { data: standards = [] } = useQuery(standardsQuery)
  const standard = preferred(standards)
  const period = standard ? periodOf(standard.period, serverNow(), zone) : ''
  const found = useQuery({
    ...cardsQuery(unit, { standard: standard?.standard ?? '', period, member: me?.login }),
    enabled: standard?.scores === 'member' && me?.login !== undefined,
  })
  if (!me?.login || standard?.scores !== 'member') return null
  const card = found.data?.[0]
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
      ) : found.isFetched ? (
        <p className="quiet">{card?.no_total ? text(card.no_total) : words.home.noScore}</p>
      ) : null}
    </section>
  )
}
