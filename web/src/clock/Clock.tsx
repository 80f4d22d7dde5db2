/** A duty's clock: glyph, words and fill. Only this text changes as time passes; the row around it is not drawn again. */

import { memo, useEffect, useReducer, useRef } from 'react'
import { Glyph, type GlyphName } from '@/design/Glyph'
import { useWords } from '@/words'
import { announce } from './announcer'
import { civil, hourMinute } from './day'
import { announced, type ClockFacts, type State } from './face'
import { say, spanText } from './say'
import { rough } from './span'
import { forget, serverNow, wake } from './ticker'

const glyphs: Record<State, GlyphName> = {
  ample: 'pie',
  soon: 'pie',
  overdue: 'bang',
  paused: 'pause',
  appointed: 'calendar',
  done: 'check',
  'late-done': 'cross',
}

interface Props {
  facts: ClockFacts
  zone: string
  /** What the clock is of, for the announcement. */
  of?: string
  /** The word of a cause. */
  cause?: (name: string) => string
  long?: boolean
  /** For pages of examples and print: stands still at this instant. */
  at?: number
}

const asItIs = (name: string) => name

export const Clock = memo(function Clock({ facts, zone, of = '', cause = asItIs, long = false, at }: Props) {
  const words = useWords()
  const [, turn] = useReducer((n: number) => n + 1, 0)
  const seen = useRef(at ?? serverNow())
  const now = at ?? serverNow()
  const said = say(facts, now, words, cause, (it) => hourMinute(civil(it, zone)), long)
  const { next } = said.face

  useEffect(() => {
    if (at !== undefined || next === null) return
    const mark = facts.paused || facts.done ? null : announced(facts.due, seen.current, now)
    seen.current = now
    if (mark !== null && of) announce(words.clock.announce(mark / 60_000, of))
    wake(turn, next)
    return () => forget(turn)
  })

  return (
    <time
      className={`clock clock-${said.face.state}`}
      dateTime={new Date(facts.done?.at ?? facts.due).toISOString()}
      title={
        facts.paused ? words.clock.resumed(words.clock.left(spanText(rough(facts.paused.left), words))) : undefined
      }
    >
      <Glyph name={glyphs[said.face.state]} share={said.face.share} />
      <span>{said.text}</span>
    </time>
  )
})
