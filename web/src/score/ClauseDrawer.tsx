/** The drawer of a clause: its sum in words, verdicts that filter, and the rows, worst first. The table stays visible beside it. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { evidenceQuery } from '@/api/ask'
import type { ClauseOf, EvidenceItem, ScorecardOf } from '@/api/types'
import { KeyCap } from '@/design/KeyCap'
import { loss } from '@/design/number'
import { IntervalDot } from '@/design/parts'
import { Chip } from '@/form/Field'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { Verdict, type VerdictName, verdictOf } from '@/verdict/Verdict'
import { useText, useWords } from '@/words'
import { Contest, isContestable } from './Contest'
import { counted, worstFirst } from './sections'

const ORDER: VerdictName[] = ['missed', 'pending', 'excused', 'met', 'exempt', 'withdrawn', 'not-applicable']
const AT_ONCE = 50

interface Props {
  unit: string
  zone: string
  card: ScorecardOf
  clause: ClauseOf
  /** Its section's title. */
  section: string
  close: () => void
}

export function ClauseDrawer({ unit, card, clause, section, close }: Props) {
  const words = useWords()
  const text = useText()
  const found = useQuery(evidenceQuery(unit, card.id, clause.clause))
  const [only, setOnly] = useState<VerdictName | null>(null)
  const [most, setMost] = useState(AT_ONCE)
  const [contested, setContested] = useState<EvidenceItem | null>(null)
  const me = useMe()
  const mine = me?.member !== undefined && card.holder?.id === me.member
  const heading = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another clause is another drawer.
  useEffect(() => {
    setOnly(null)
    setMost(AT_ONCE)
    heading.current?.focus()
  }, [clause.clause])
  const items = worstFirst(found.data?.items ?? [])
  const counts = new Map<VerdictName, number>()
  for (const it of items) counts.set(verdictOf(it.verdict), (counts.get(verdictOf(it.verdict)) ?? 0) + 1)
  const rows = items.filter((it) => only === null || verdictOf(it.verdict) === only)
  const { met, of } = counted(clause)
  const [low, high] = clause.parts.find((it) => it.wilson_bp)?.wilson_bp ?? []
  return (
    <section className="drawer" aria-label={text(clause.title)}>
      <div className="row-between small">
        <span className="quiet">{[section, clause.clause].filter(Boolean).join(' / ')}</span>
        <button type="button" className="plain" onClick={close}>
          <KeyCap>Esc</KeyCap> {words.shell.close}
        </button>
      </div>
      <h2 ref={heading} tabIndex={-1}>
        {text(clause.title)}
      </h2>
      <p className="drawer-score">
        <b>{clause.points ?? '—'}</b> / {clause.full.replace(/\.00$/, '')}
      </p>
      {clause.said.map((it) => (
        <p key={it.zh} className="small">
          {text(it)}
        </p>
      ))}
      {low !== undefined && high !== undefined && of > 0 ? (
        <p className="small">
          <span className="chip">{words.score.few}</span>{' '}
          <IntervalDot rate={Math.round((met / of) * 10_000)} low={low} high={high} few />{' '}
          {words.score.interval(String(Math.round(low / 100)), String(Math.round(high / 100)))}
        </p>
      ) : null}
      {found.error ? <Refusal error={found.error} /> : null}
      {found.isPending ? <Skeleton /> : null}
      {found.data && items.length === 0 ? <p className="quiet">{words.score.noEvidence}</p> : null}
      <div className="picks drawer-filter">
        {ORDER.filter((it) => counts.has(it)).map((it) => (
          <Chip
            key={it}
            name="verdict"
            type="checkbox"
            checked={only === it}
            onPick={() => setOnly(only === it ? null : it)}
          >
            <Verdict of={it} count={counts.get(it) ?? 0} />
          </Chip>
        ))}
      </div>
      <ol className="evidence">
        {rows.slice(0, most).map((it) => (
          <EvidenceRow
            key={`${it.record}:${it.part}:${it.started_at}:${it.due_at}`}
            item={it}
            {...(mine && isContestable(it) ? { onContest: () => setContested(it) } : {})}
          />
        ))}
      </ol>
      {rows.length > most ? (
        <button type="button" className="plain" onClick={() => setMost(most + AT_ONCE)}>
          {words.home.more(rows.length - most)}
        </button>
      ) : null}
      {contested ? (
        <Contest card={card} clause={clause.clause} item={contested} close={() => setContested(null)} />
      ) : null}
    </section>
  )
}

/** One item: verdict, record, the reason in one sentence with the minute, its effect on the points. */
export function EvidenceRow({ item, onContest }: { item: EvidenceItem; onContest?: () => void }) {
  const text = useText()
  const words = useWords()
  return (
    <li className="evidence-row">
      <Verdict of={verdictOf(item.verdict)} />
      <div>
        <Link to="/u/$unit/r/$record" params={{ unit: item.project, record: item.record }}>
          {item.number.length < 36 ? item.number : words.home.open}
        </Link>
        <p>{text(item.reason)}</p>
        {onContest ? (
          <button type="button" className="plain small" onClick={onContest}>
            {words.appeal.title}
          </button>
        ) : null}
      </div>
      <b className="right">{item.costs ? loss(item.costs) : ''}</b>
    </li>
  )
}
