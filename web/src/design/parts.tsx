/** Small own components: what something is worth, a number that opens its rows, a key's cap, bars and dots. */

import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords } from '@/words'
import { loss, points } from './number'

/** `E2 −0.39`: the clause, and what is lost if the duty is missed (or was lost already). Shown, never the order (S8.1). */
export function Worth({ clause, lose, lost }: { clause?: ReactNode; lose?: string; lost?: string }) {
  const words = useWords()
  const text = lost && loss(lost) ? words.worth.lost(points(lost)) : lose ? loss(lose) : ''
  if (!text && !clause) return <span className="worth quiet">{words.worth.nothing}</span>
  return (
    <span className="worth">
      {clause} <b>{text}</b>
    </span>
  )
}

/** A figure that opens the rows that made it. */
export function NumLink({ children, ...link }: LinkProps & { children: ReactNode }) {
  return (
    <Link className="num" {...link}>
      {children}
    </Link>
  )
}

/** `low` and `high` are ends of what is still open, on a scale from `from` to `to`; solid up to `low`, hatched to `high`. */
export function RangeBar(props: {
  from: number
  to: number
  low: number
  high: number
  label: string
  ends: [string, string]
}) {
  const { from, to, low, high, label, ends } = props
  const at = (value: number) => `${Math.min(100, Math.max(0, ((value - from) / (to - from || 1)) * 100))}%`
  return (
    <div className="range" role="img" aria-label={`${label}: ${ends.join(', ')}`}>
      <div className="range-bar">
        <i className="range-solid" style={{ width: at(low) }} />
        <i className="range-open" style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})` }} />
        <i className="range-mark" style={{ left: at(high) }} />
      </div>
      <div className="range-ends">
        <span>{from}</span>
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
    </div>
  )
}

/** Share of a quota: 27 of 29. */
export function Progress({ done, of }: { done: number; of: number }) {
  return (
    <span className="progress" aria-hidden="true">
      <i style={{ width: `${of > 0 ? Math.min(100, (done / of) * 100) : 0}%` }} />
    </span>
  )
}

/** A rate with its 95 % interval in basis points on a shared axis; hollow and hatched where there are few cases. */
export function IntervalDot(props: {
  rate: number
  low: number
  high: number
  few: boolean
  from?: number
  to?: number
}) {
  const words = useWords()
  const { rate, low, high, few, from = 0, to = 10_000 } = props
  const x = (bp: number) => ((Math.min(to, Math.max(from, bp)) - from) / (to - from || 1)) * 188 + 6
  const text = words.score.interval((low / 100).toFixed(0), (high / 100).toFixed(0))
  return (
    <svg viewBox="0 0 200 16" className="interval" role="img" aria-label={few ? `${text}, ${words.score.few}` : text}>
      <path d="M0 8H200" className="interval-axis" />
      <path d={`M${x(low)} 8H${x(high)}`} className={few ? 'interval-few' : 'interval-span'} />
      <circle cx={x(rate)} cy="8" r="5" className={few ? 'interval-hollow' : 'interval-dot'} />
    </svg>
  )
}
