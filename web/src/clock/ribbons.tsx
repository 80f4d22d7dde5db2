/** The ribbons: who held a matter, and the day with its fixed times. */

import { useWords } from '@/words'
import { civil, hourMinute, until, when } from './day'
import { joined, onDay, placed, type Stretch, shares } from './ribbon'
import { spanText } from './say'
import { toTheSecond } from './span'

interface HolderProps {
  stretches: readonly Stretch[]
  due: number | null
  now: number
  zone: string
  /** The word of a holder or cause. */
  name: (it: string) => string
}

export function HolderRibbon({ stretches, due, now, zone, name }: HolderProps) {
  const words = useWords()
  const all = joined(stretches)
  const first = all[0]
  if (!first) return null
  const to = Math.max(now, due ?? now) + (Math.max(now, due ?? now) - first.from) * 0.03
  const at = (it: number) => `${Math.min(100, ((it - first.from) / Math.max(1, to - first.from)) * 100)}%`
  // Text at either end stays inside the frame.
  const mark = (it: number) => ({ left: at(it), transform: `translateX(-${at(it)})` })
  const days = to - first.from > 20 * 3600_000
  const time = (it: number) => (days ? when(it, now, zone, words) : hourMinute(civil(it, zone)))
  const told = shares(all)
    .map((it) => `${name(it.with)} ${spanText(toTheSecond(it.ms), words)}`)
    .join(' · ')
  return (
    <figure className="ribbon" aria-label={`${words.clock.heldBy}${told}`}>
      <div className="ribbon-marks" aria-hidden="true">
        <span style={mark(now)}>{words.clock.now(hourMinute(civil(now, zone)))}</span>
        {due === null ? null : (
          <span style={mark(due)} className="ribbon-due">
            {words.clock.due(days ? until(due, now, zone, words) : time(due))}
          </span>
        )}
      </div>
      <div className="ribbon-bar" aria-hidden="true">
        {placed(all, first.from, to).map((it) => (
          <i
            key={`${it.from}`}
            className={it.waits ? 'held held-waits' : `held held-${it.with === 'service' ? 'desk' : 'work'}`}
            style={{ left: `${it.left}%`, width: `${it.width}%` }}
          >
            {it.width > 12 ? (
              <span>{`${name(it.with)} ${spanText(toTheSecond(it.until - it.from).slice(0, 2), words)}`}</span>
            ) : null}
          </i>
        ))}
        <i className="ribbon-now" style={{ left: at(now) }} />
        {due === null ? null : <i className="ribbon-end" style={{ left: at(due) }} />}
      </div>
      <figcaption className="ribbon-foot">
        <span>{time(first.from)}</span>
        <span>
          {words.clock.heldBy}
          {told}
        </span>
      </figcaption>
    </figure>
  )
}

interface DayProps {
  start: number
  shiftEnd: number
  end: number
  now: number
  breaks: { from: number; until: number }[]
  /** Fixed times of the day. */
  marks: { at: number; text: string; kind: 'appointed' | 'soon' | 'due' }[]
  zone: string
}

export function DayRibbon({ start, shiftEnd, end, now, breaks, marks, zone }: DayProps) {
  const words = useWords()
  const at = (it: number) => `${onDay(it, start, shiftEnd, end)}%`
  // Words stand before their mark, and behind it where there is no room.
  const place = (it: number) => ({
    left: at(it),
    ...(onDay(it, start, shiftEnd, end) < 14 ? { transform: 'none' } : {}),
  })
  const time = (it: number) => hourMinute(civil(it, zone))
  return (
    <figure className="day" aria-label={[words.clock.now(time(now)), ...marks.map((it) => it.text)].join(', ')}>
      <div className="day-marks" aria-hidden="true">
        <span className="day-now" style={place(now)}>
          {words.clock.now(time(now))}
        </span>
        {marks.map((it) => (
          <span key={it.text} className={`day-${it.kind}`} style={place(it.at)}>
            {it.text}
          </span>
        ))}
      </div>
      <div className="day-bar" aria-hidden="true">
        <i className="day-past" style={{ width: at(now) }} />
        {breaks.map((it) => (
          <i
            key={it.from}
            className="day-break"
            style={{ left: at(it.from), width: `calc(${at(it.until)} - ${at(it.from)})` }}
          />
        ))}
        <i className="day-fold" style={{ left: '88%' }} />
        {marks.map((it) => (
          <i key={it.text} className={`day-tick day-${it.kind}`} style={{ left: at(it.at) }} />
        ))}
        <i className="day-tick day-now" style={{ left: at(now) }} />
      </div>
      <figcaption className="day-foot" aria-hidden="true">
        <span style={{ left: 0 }}>{time(start)}</span>
        <span style={{ left: '88%' }}>{time(shiftEnd)}</span>
      </figcaption>
    </figure>
  )
}
