/** S5: the paper table with its evidence; a clause opens its sum and the rows that made it, a row opens its record. */

import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { Fragment, useState } from 'react'
import { cardsQuery, standardsQuery, unitsQuery } from '@/api/ask'
import type { ClauseOf, ScorecardOf, StandardRow } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Glyph } from '@/design/Glyph'
import { loss } from '@/design/number'
import { useKeys } from '@/keys/keys'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useText, useWords } from '@/words'
import { ClauseDrawer } from './ClauseDrawer'
import { periodText, recent } from './period'
import { Sealed, useKept } from './Sealed'
import { counted, preferred, sections } from './sections'
import './score.css'

interface Search {
  standard?: string
  period?: string
  card?: string
  clause?: string
}

export function ScorePage() {
  const { unit = '' } = useParams({ strict: false })
  const words = useWords()
  const text = useText()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Search
  const me = useMe()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const standards = useQuery(standardsQuery)
  const standard = standards.data?.find((it) => it.standard === search.standard) ?? preferred(standards.data ?? [])
  const periods = standard ? recent(standard.period, serverNow(), zone, 12) : []
  const period = search.period ?? search.card?.split('~')[1] ?? periods[0] ?? ''
  // Whoever may not see others' scores sees his own.
  const others = !me?.login || me.units?.find((it) => it.code === unit)?.may.includes('scores') === true
  const cards = useQuery({
    ...cardsQuery(unit, { standard: standard?.standard ?? '', period, member: others ? undefined : me?.login }),
    enabled: standard !== undefined,
  })
  const all = cards.data ?? []
  const card = all.find((it) => it.id === search.card) ?? all.find((it) => it.subject === me?.login) ?? all[0]
  const set = (some: Search) =>
    void navigate({ to: '.', search: (was: Record<string, unknown>) => ({ ...was, ...some }) })

  if (standards.error) return <Refusal error={standards.error} />
  return (
    <div className="scores">
      <div className="filters">
        <select
          className="select"
          aria-label={words.score.standard}
          value={standard?.standard ?? ''}
          onChange={(event) => void navigate({ to: '.', search: { standard: event.target.value } })}
        >
          {(standards.data ?? []).map((it) => (
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
        {all.length > 1 ? (
          <select
            className="select"
            aria-label={words.score.people}
            value={card?.id ?? ''}
            onChange={(event) =>
              void navigate({ to: '.', search: { standard: standard?.standard, period, card: event.target.value } })
            }
          >
            {all.map((it) => (
              <option key={it.id} value={it.id}>
                {it.holder?.name ?? it.subject} {it.total ?? '—'}
              </option>
            ))}
          </select>
        ) : null}
      </div>
      {cards.error ? <Refusal error={cards.error} /> : null}
      {cards.isPending && standard ? <Skeleton /> : null}
      {cards.data && !card ? (
        <div className="card nothing">
          <b>{words.score.empty}</b>
        </div>
      ) : null}
      {card && standard ? (
        <Card
          key={card.id}
          unit={unit}
          zone={zone}
          card={card}
          standard={standard}
          clause={search.clause}
          onClause={(it) => set({ clause: it as string })}
        />
      ) : null}
    </div>
  )
}

interface CardProps {
  unit: string
  zone: string
  card: ScorecardOf
  standard: StandardRow
  clause: string | undefined
  onClause: (clause: string | undefined) => void
}

function Card({ unit, zone, card, standard, clause, onClause }: CardProps) {
  const words = useWords()
  const text = useText()
  const table = sections(card.clauses)
  // Those at risk are open at first; then they stay as the reader left them.
  const [open, setOpen] = useState<ReadonlySet<string>>(() => {
    const risky = table.filter((it) => loss(it.lost) || it.pending > 0)
    return new Set((risky.length > 0 ? risky : table.slice(0, 1)).map((it) => it.name))
  })
  const seen = table.filter((it) => open.has(it.name)).flatMap((it) => it.clauses)
  const at = seen.findIndex((it) => it.clause === clause)
  const move = (by: number) => () => {
    const next = seen[Math.max(0, Math.min(seen.length - 1, at + by))]
    if (next) onClause(next.clause)
  }
  useKeys([
    { keys: 'ArrowDown', label: words.keys.next, run: move(1) },
    { keys: 'ArrowUp', label: words.keys.previous, run: move(-1) },
    { keys: 'Escape', label: words.keys.close, run: () => onClause(undefined) },
    { keys: 'p', label: words.keys.print, run: () => print() },
  ])
  const fold = (name: string) =>
    setOpen((was) => {
      const next = new Set(was)
      if (!next.delete(name)) next.add(name)
      return next
    })
  const chosen = card.clauses.find((it) => it.clause === clause)
  const { kept, root } = useKept(unit, card)
  return (
    <>
      <div className="score-head">
        <h1>
          {text(standard.title)}{' '}
          <small>{words.clock.join(card.holder?.name ?? card.subject, periodText(card.period, words))}</small>
        </h1>
        <p className="score">{(kept ? kept.total : card.total) ?? '—'}</p>
        <p className="small quiet">
          {kept ? null : (
            <>
              {words.score.live(when(Date.parse(card.as_of), serverNow(), zone, words))}
              <br />
              {words.score.notSealed} ·{' '}
            </>
          )}
          {words.score.version(String(kept?.standard_version ?? card.standard_version))}
        </p>
        <Sealed unit={unit} zone={zone} card={card} kept={kept} root={root} />
        {card.no_total ? <p className="quiet">{text(card.no_total)}</p> : null}
      </div>
      <div className="score-split">
        <table className="clauses">
          <thead>
            <tr>
              <th scope="col">{words.score.clause}</th>
              <th scope="col">{words.score.standard}</th>
              <th scope="col">{words.score.evidence}</th>
              <th scope="col" className="right">
                {words.score.points}
              </th>
              <th scope="col" className="right">
                {words.score.earned}
              </th>
            </tr>
          </thead>
          <tbody>
            {table.map((section) => (
              <Fragment key={section.name}>
                <tr className="section-row">
                  <td>{letter(section.clauses)}</td>
                  <th scope="rowgroup">
                    <button
                      type="button"
                      className="fold"
                      aria-expanded={open.has(section.name)}
                      onClick={() => fold(section.name)}
                    >
                      {open.has(section.name) ? '▾' : '▸'}{' '}
                      {text(standard.sections.find((it) => it.name === section.name)?.title) ||
                        section.name ||
                        words.score.total}
                    </button>
                  </th>
                  <td>
                    {section.out ? (
                      <span className="quiet">{words.verdict['not-applicable']}</span>
                    ) : loss(section.lost) ? (
                      words.score.lost(loss(section.lost).slice(1))
                    ) : (
                      <span className="quiet">{words.score.full}</span>
                    )}
                  </td>
                  <td className="right">{section.out ? '—' : section.full.replace(/\.00$/, '')}</td>
                  <td className="right">
                    <b>{section.out ? '—' : section.earned}</b>
                  </td>
                </tr>
                {open.has(section.name)
                  ? section.clauses.map((it) => (
                      <ClauseRow
                        key={it.clause}
                        it={it}
                        here={it.clause === clause}
                        onOpen={() => onClause(it.clause)}
                      />
                    ))
                  : null}
              </Fragment>
            ))}
          </tbody>
        </table>
        {chosen ? (
          <ClauseDrawer
            unit={unit}
            zone={zone}
            card={card}
            clause={chosen}
            section={text(standard.sections.find((it) => it.name === chosen.section)?.title)}
            close={() => onClause(undefined)}
          />
        ) : null}
      </div>
    </>
  )
}

/** The letter that the clauses of a section share. */
function letter(all: readonly ClauseOf[]): string {
  const first = all[0]?.clause.replace(/\d.*$/, '') ?? ''
  return all.every((it) => it.clause.startsWith(first)) ? first : ''
}

function ClauseRow({ it, here, onOpen }: { it: ClauseOf; here: boolean; onOpen: () => void }) {
  const words = useWords()
  const text = useText()
  const { met, of, pending } = counted(it)
  return (
    <tr className={here ? 'clause-row clause-here' : 'clause-row'}>
      <td>{it.clause}</td>
      <td>
        <Button type="text" className="clause-open" onClick={onOpen}>
          {text(it.title)}
        </Button>
      </td>
      <td>
        {it.has_cases && of > 0 ? (
          <span className="counted">
            {met} / {of}
          </span>
        ) : (
          <span className="quiet">
            {it.points === undefined ? words.verdict['not-applicable'] : words.score.noCases}
          </span>
        )}
        {pending > 0 ? (
          <span className="pending">
            <Glyph name="ring" /> {words.score.pending(pending)}
          </span>
        ) : null}
      </td>
      <td className="right">{it.full.replace(/\.00$/, '')}</td>
      <td className="right">
        <b>{it.points ?? '—'}</b>
      </td>
    </tr>
  )
}
