/** A refusal: what is not possible, because of what, and what to do, with the button that does it. Never red: nothing is lost. */

import type { ReactNode } from 'react'
import { Glyph } from '@/design/Glyph'
import { useLanguage, useWords } from '@/words'
import { told } from './refusal'

export function Refusal({ error, children }: { error: unknown; children?: ReactNode }) {
  const words = useWords()
  const language = useLanguage()
  const { title, lines } = told(error, language, words)
  return (
    <Notice title={title} lines={lines}>
      {children}
    </Notice>
  )
}

export function Notice({ title, lines = [], children }: { title: string; lines?: string[]; children?: ReactNode }) {
  return (
    <div className="refusal" role="alert">
      <Glyph name="dash" />
      <div>
        <b>{title}</b>
        {lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      {children ? <div className="refusal-do">{children}</div> : null}
    </div>
  )
}
