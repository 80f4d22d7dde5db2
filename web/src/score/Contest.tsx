/** Contesting a point from the evidence itself: what the verdict rests on stands above, the statement is all that is asked. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { ask } from '@/api/client'
import type { EvidenceItem, ScorecardOf, StepTaken } from '@/api/types'
import { Button, TextArea } from '@/design/controls'
import { useOnceKey } from '@/form/once'
import { Sheet } from '@/form/Sheet'
import { Refusal } from '@/refusal/Refusal'
import { useText, useWords } from '@/words'

/** The duty that an appeal names; none where the record itself counted, as what must not happen, or a mark. */
export function dutyOf(item: EvidenceItem): { duty: string; occurrence: number } | null {
  const name = item.judged?.split('/').at(-1)
  if (!name || name === 'none-of' || item.verdict === 'mark' || !item.due_at) return null
  return { duty: name, occurrence: item.occurrence ?? 1 }
}

/** Only what counted against one. */
export const isContestable = (item: EvidenceItem): boolean => ['missed', 'late', 'mark'].includes(item.verdict)

interface Props {
  card: ScorecardOf
  clause: string
  item: EvidenceItem
  close: () => void
}

export function Contest({ card, clause, item, close }: Props) {
  const words = useWords()
  const text = useText()
  const id = useId()
  const queries = useQueryClient()
  const keyOf = useOnceKey()
  const [statement, setStatement] = useState('')
  const file = useMutation({
    mutationFn: () => {
      const body = {
        standard: card.standard,
        period: card.period,
        clause,
        record: item.record,
        ...dutyOf(item),
        statement: statement.trim(),
      }
      return ask<StepTaken>('POST', `/api/units/${encodeURIComponent(item.project)}/appeals`, {
        body,
        key: keyOf(body),
      })
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['records'] }),
  })
  return (
    <Sheet title={words.appeal.title} close={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (statement.trim()) file.mutate()
        }}
      >
        <p>
          <b>{clause}</b> {text(item.reason)}
        </p>
        {file.error ? <Refusal error={file.error} /> : null}
        {file.data ? (
          <p role="status">{words.appeal.filed(file.data.record.number)}</p>
        ) : (
          <>
            <label htmlFor={id}>{words.appeal.statement}</label>
            <TextArea id={id} rows={4} value={statement} onChange={(event) => setStatement(event.target.value)} />
            <p className="hint">{words.appeal.hint}</p>
          </>
        )}
        <div className="form-foot">
          <Button onClick={close}>{file.data ? words.shell.close : words.form.cancel}</Button>
          {file.data ? null : (
            <Button kind="primary" type="submit" busy={file.isPending}>
              {words.appeal.file}
            </Button>
          )}
        </div>
      </form>
    </Sheet>
  )
}
