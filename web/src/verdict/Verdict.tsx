/** A verdict as shape, word and fill. */

import { Glyph, type GlyphName } from '@/design/Glyph'
import { useWords } from '@/words'

export type VerdictName = 'met' | 'missed' | 'excused' | 'pending' | 'withdrawn' | 'exempt' | 'not-applicable' | 'later'

const glyphs: Record<VerdictName, GlyphName> = {
  met: 'check',
  missed: 'cross',
  excused: 'shield',
  pending: 'ring',
  later: 'ring',
  withdrawn: 'return',
  exempt: 'dash',
  'not-applicable': 'dash',
}

/** What the server calls a verdict, as one of those that are shown. */
export function verdictOf(word: string): VerdictName {
  if (word === 'late') return 'missed'
  if (word === 'anomalous') return 'not-applicable'
  if (word === 'counted' || word === 'mark') return 'met'
  return word in glyphs ? (word as VerdictName) : 'not-applicable'
}

export function Verdict({ of, count }: { of: VerdictName; count?: number }) {
  const words = useWords()
  return (
    <span className={`verdict verdict-${of === 'later' ? 'pending' : of}`}>
      <Glyph name={glyphs[of]} />
      <span>{words.verdict[of]}</span>
      {count === undefined ? null : <b>{count}</b>}
    </span>
  )
}
