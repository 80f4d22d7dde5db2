/** Duties of a record: verdict, what, used of the limit. */

import type { DutyDecided, DutyToDo, KindOf } from '@/api/types'
import { until } from '@/clock/day'
import { limitText, spanText } from '@/clock/say'
import { rough, toTheSecond } from '@/clock/span'
import { serverNow } from '@/clock/ticker'
import { clockOfDecided } from '@/duty/facts'
import { Verdict } from '@/verdict/Verdict'
import { useText, useWords } from '@/words'

interface Props {
  duties: { to_do: DutyToDo[]; decided: DutyDecided[] }
  zone: string
  asOf: string
  kind: KindOf
}

export function Duties({ duties, zone }: Props) {
  const words = useWords()
  const text = useText()
  const now = serverNow()
  if (duties.to_do.length + duties.decided.length === 0) return <p className="quiet">{words.record.noDuties}</p>
  return (
    <ul className="dues">
      {duties.decided.map((it) => (
        <li key={`${it.duty}:${it.occurrence}`}>
          <Verdict of={it.outcome} />
          <b>{text(it.title)}</b>
          <span className="small">{used(it)}</span>
        </li>
      ))}
      {duties.to_do.map((it) => (
        <li key={`${it.duty}:${it.occurrence}`}>
          <Verdict of={it.late ? 'missed' : 'pending'} />
          <b>{text(it.title)}</b>
          <span className="small">{words.day.before(until(Date.parse(it.due_at), now, zone, words))}</span>
        </li>
      ))}
    </ul>
  )

  function used(it: DutyDecided): string {
    const clock = clockOfDecided(it)
    if (!clock?.done || clock.limit === undefined) return ''
    const span = clock.done.used < 3600_000 ? toTheSecond(clock.done.used) : rough(clock.done.used)
    return `${spanText(span, words)} / ${limitText(clock.limit, words)}`
  }
}
