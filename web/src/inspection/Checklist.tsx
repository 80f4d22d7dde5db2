/** S8, an inspection on the spot: one item in large type, three answers at the thumb, everything kept on the phone and sent when there is a signal. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { cardsQuery, kindQuery } from '@/api/ask'
import type { DutyOf, KindOf, StandardRow, StepOf } from '@/api/types'
import { civil } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button } from '@/design/controls'
import { Glyph } from '@/design/Glyph'
import { FieldForm } from '@/field/FieldForm'
import { type Queue, unsent } from '@/field/work'
import { Notice } from '@/refusal/Refusal'
import { periodOf } from '@/score/period'
import { useText, useWords } from '@/words'
import {
  type Answer,
  type Answers,
  answer,
  answerOf,
  handIn,
  keepAnswersOf,
  keptAnswers,
  nextOpen,
  tally,
} from './checklist'
import { Failed } from './Failed'
import './inspection.css'

const FINDING = 'finding'

/** What a walk needs: asked for with a signal, so that it is there without one. */
export function useWalk(duty: DutyOf, standard: StandardRow | null, zone: string) {
  const period = standard ? periodOf(standard.period, serverNow(), zone) : ''
  const cards = useQuery({
    ...cardsQuery(duty.unit, { standard: standard?.standard ?? '', period }),
    enabled: standard !== null,
  })
  const finding = useQuery({ ...kindQuery(FINDING), staleTime: Number.POSITIVE_INFINITY, enabled: standard !== null })
  return { card: cards.data?.[0], finding: finding.data, failed: cards.isError && !cards.data }
}

interface Props {
  duty: DutyOf
  kind: KindOf
  /** The step that hands the inspection in. */
  step: StepOf
  standard: StandardRow
  zone: string
  queue: Queue
  close: () => void
}

export function Checklist({ duty, kind, step, standard, zone, queue, close }: Props) {
  const words = useWords()
  const text = useText()
  const { card, finding, failed } = useWalk(duty, standard, zone)
  const record = duty.record.id
  const [answers, setAnswers] = useState<Answers>(() => keptAnswers(record))
  const [at, setAt] = useState<number | null>(null)
  const [failing, setFailing] = useState(false)
  const [ending, setEnding] = useState(false)
  useEffect(() => keepAnswersOf(record, answers), [record, answers])
  if (!card)
    return (
      <main className="field-page">
        <h1>{text(standard.title)}</h1>
        {failed ? <Notice title={words.inspect.needsSignal} /> : <p role="status">{words.shell.loading}</p>}
        <Button onClick={close}>{words.inspect.back}</Button>
      </main>
    )
  const here = at ?? nextOpen(card, answers, -1)
  const clause = card.clauses[here]
  if (!clause) return null
  const count = tally(card, answers)
  const given = answerOf(clause, answers)
  const written = answers[clause.clause]?.finding !== undefined
  const section = text(standard.sections.find((it) => it.name === clause.section)?.title)
  const left = unsent(queue)
  const say = (it: Answer) => {
    const next = answer(answers, clause.clause, { answer: it })
    setAnswers(next)
    setAt(nextOpen(card, next, here))
  }
  const today = civil(serverNow(), zone)
  const two = (n: number) => String(n).padStart(2, '0')
  const gaps = [
    words.inspect.summary(text(standard.title), count.met, count.failed, count.out),
    ...card.clauses
      .filter((it) => answers[it.clause]?.answer === 'failed')
      .map((it) => words.inspect.gap(it.clause, text(it.title), answers[it.clause]?.said ?? '')),
  ].join('\n')
  return (
    <main className="field-page inspect">
      <header className="row-between">
        <h1>{text(standard.title)}</h1>
        <Button onClick={close}>{words.inspect.back}</Button>
      </header>
      {queue.online ? null : (
        <p className="field-offline" role="status">
          <Glyph name="offline" /> {words.field.noSignal} {words.inspect.kept(left.matters, left.files)}
        </p>
      )}
      <div
        className="inspect-strip"
        role="img"
        aria-label={words.inspect.counts(count.met, count.failed, count.out, count.left)}
      >
        {card.clauses.map((it, index) => (
          <i key={it.clause} className={`is-${answerOf(it, answers) ?? 'open'}${index === here ? ' is-here' : ''}`} />
        ))}
      </div>
      <p className="quiet" aria-live="polite">
        {words.inspect.counts(count.met, count.failed, count.out, count.left)}
      </p>
      <section className="job job-top inspect-item" aria-label={words.inspect.item(here + 1, card.clauses.length)}>
        <p className="quiet row-between">
          <span>
            {clause.clause} · {section}
          </span>
          <span>{words.worth.points(clause.full)}</span>
        </p>
        <h2 className="job-place">{text(clause.title)}</h2>
        <div>
          <h3 className="small quiet">{words.inspect.known}</h3>
          {clause.said.map((it) => (
            <p key={it.zh}>{text(it)}</p>
          ))}
        </div>
        {given ? (
          <p>
            <span className="chip chip-state">{words.inspect[given]}</span> {written ? words.inspect.written : ''}{' '}
            {answers[clause.clause]?.said ?? ''}
          </p>
        ) : null}
      </section>
      {count.left === 0 ? (
        <Notice title={words.inspect.all} lines={[words.inspect.counts(count.met, count.failed, count.out, 0)]}>
          <Button kind="primary" onClick={() => setEnding(true)}>
            {words.inspect.handIn}
          </Button>
        </Notice>
      ) : null}
      <details className="inspect-list">
        <summary className="button button-default">{words.inspect.list}</summary>
        <ol>
          {card.clauses.map((it, index) => (
            <li key={it.clause}>
              <button type="button" className="plain" onClick={() => setAt(index)}>
                {it.clause} {text(it.title)}
              </button>{' '}
              <span className="quiet small">{words.inspect[answerOf(it, answers) ?? 'open']}</span>
            </li>
          ))}
        </ol>
      </details>
      <footer className="field-bar">
        <div className="inspect-answers">
          <Button disabled={written} onClick={() => say('not-applicable')}>
            {words.inspect['not-applicable']}
          </Button>
          <Button disabled={written || !finding} onClick={() => setFailing(true)}>
            {words.inspect.failed}
          </Button>
          <Button kind="primary" disabled={written} onClick={() => say('met')}>
            {words.inspect.met}
          </Button>
        </div>
      </footer>
      {failing && finding ? (
        <Failed
          key={clause.clause}
          unit={duty.unit}
          zone={zone}
          inspected={kind.kind}
          standard={standard.standard}
          clause={clause}
          finding={finding}
          close={() => setFailing(false)}
          done={(said, id) => {
            const next = answer(answers, clause.clause, { answer: 'failed', said, finding: id })
            setAnswers(next)
            setFailing(false)
            setAt(nextOpen(card, next, here))
          }}
        />
      ) : null}
      {ending ? (
        <FieldForm
          duty={duty}
          kind={kind}
          step={step}
          zone={zone}
          given={handIn(kind, step, `${today.year}-${two(today.month)}-${two(today.day)}`, gaps)}
          close={() => setEnding(false)}
          kept={() => {
            keepAnswersOf(record, null)
            close()
          }}
        />
      ) : null}
    </main>
  )
}
