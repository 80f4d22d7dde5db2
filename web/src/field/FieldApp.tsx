/** S9, my duties on a phone; a step is filled in on the spot, kept on the device first and sent when there is a signal. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { dutiesQuery, kindQuery, recordQuery, unitsQuery } from '@/api/ask'
import type { DutyOf, KindOf, StepOf } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { Button } from '@/design/controls'
import { Glyph } from '@/design/Glyph'
import { clockOf } from '@/duty/facts'
import { Notice, Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useLanguage, useText, useWords } from '@/words'
import { FieldForm } from './FieldForm'
import { courier, type Queue, unsent } from './work'

function useQueue(): Queue {
  return useSyncExternalStore(
    (listener) => courier.listen(listener),
    () => courier.queue,
  )
}

export function FieldApp() {
  const words = useWords()
  const me = useMe()
  const queries = useQueryClient()
  const queue = useQueue()
  const { data: units = [] } = useQuery(unitsQuery)
  const found = useQuery(dutiesQuery({ member: me?.member, limit: 60 }))
  const [chosen, setChosen] = useState<{ duty: DutyOf; step: StepOf; kind: KindOf } | null>(null)
  const sent = queue.matters.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was sent changes what is due.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['duties'] })
  }, [sent])
  const waiting = new Set(queue.matters.map((it) => it.record))
  const duties = (found.data?.duties ?? []).filter((it) => it.to_do && !waiting.has(it.record.id))
  const zone = (unit: string) => units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const [first, ...rest] = duties
  return (
    <main className="field-page">
      <header className="row-between">
        <h1>{words.field.title(me?.name ?? words.shell.menu, duties.length)}</h1>
        <span className="quiet" role="status">
          {unsent(queue).matters > 0 ? words.field.waiting(unsent(queue).matters) : words.field.synced}
        </span>
      </header>
      {queue.online ? null : (
        <p className="field-offline">
          <Glyph name="offline" /> {words.field.noSignal}
        </p>
      )}
      <Kept queue={queue} />
      {found.error && !found.data ? <Refusal error={found.error} /> : null}
      {found.data && !first ? <Notice title={words.field.empty} lines={[words.field.emptyAdvice]} /> : null}
      {first ? (
        <Job duty={first} zone={zone(first.unit)} top onStep={(step, kind) => setChosen({ duty: first, step, kind })} />
      ) : null}
      {rest.length > 0 ? <h2>{words.field.next}</h2> : null}
      {rest.map((it) => (
        <Job
          key={`${it.record.id}:${it.to_do?.duty}:${it.to_do?.occurrence}`}
          duty={it}
          zone={zone(it.unit)}
          onStep={(step, kind) => setChosen({ duty: it, step, kind })}
        />
      ))}
      {chosen ? <FieldForm {...chosen} zone={zone(chosen.duty.unit)} close={() => setChosen(null)} /> : null}
    </main>
  )
}

/** What is still on the phone; one that the server refused stays until somebody has decided about it. */
function Kept({ queue }: { queue: Queue }) {
  const words = useWords()
  const language = useLanguage()
  const refused = queue.matters.filter((it) => it.state === 'refused')
  return refused.map((it) => (
    <Notice key={it.id} title={it.title} lines={[words.field.conflict, it.refusal?.[language] ?? '']}>
      <Button onClick={() => void courier.drop(it.id)}>{words.intake.drop}</Button>
      <Button kind="primary" onClick={() => void courier.retry(it.id)}>
        {words.field.retry}
      </Button>
    </Notice>
  ))
}

interface JobProps {
  duty: DutyOf
  zone: string
  top?: boolean
  onStep: (step: StepOf, kind: KindOf) => void
}

function Job({ duty, zone, top = false, onStep }: JobProps) {
  const words = useWords()
  const text = useText()
  const { record, to_do: it, unit } = duty
  const kind = useQuery({ ...kindQuery(record.kind), staleTime: Number.POSITIVE_INFINITY })
  const whole = useQuery({ ...recordQuery(unit, record.id), enabled: top })
  if (!it) return null
  const title = kind.data?.duties.find((one) => one.name === it.duty)
  const does = title?.until ?? []
  const steps = (kind.data?.steps ?? []).filter((step) => step.from.length === 0 || step.from.includes(record.state))
  const may = (step: StepOf) => whole.data?.steps.find((one) => one.step === step.name)?.may !== false
  const main = steps.find((step) => does.includes(step.name))
  const others = steps.filter((step) => step !== main && may(step)).slice(0, 3)
  const waits = (name: string) => text(kind.data?.states.find((state) => state.waits === name)?.title) || name
  return (
    <section className={top ? 'job job-top' : 'job'} aria-label={record.label}>
      <Clock facts={clockOf(it, record.waits)} zone={zone} of={record.label} cause={waits} />
      <h3>{record.label}</h3>
      <p className="quiet">
        {text(title?.title)} {record.number.length < 36 ? record.number : ''}
      </p>
      {top && kind.data ? (
        <div className="job-do">
          {others.map((step) => (
            <Button key={step.name} onClick={() => kind.data && onStep(step, kind.data)}>
              {text(step.title)}
            </Button>
          ))}
        </div>
      ) : null}
      {main && kind.data ? (
        <Button kind={top ? 'primary' : 'default'} wide onClick={() => kind.data && onStep(main, kind.data)}>
          {text(main.title)}
        </Button>
      ) : top ? (
        <p className="quiet">{words.record.noSteps}</p>
      ) : null}
    </section>
  )
}
