/** A sealed period: shown as it was closed, with the code that a printed copy carries; else the way to close it. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { type Kept, sealQuery } from '@/api/ask'
import { ask } from '@/api/client'
import type { ScorecardOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { useOnceKey } from '@/form/once'
import { Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useWords } from '@/words'

/** The card as it was sealed, if it was. */
export function useKept(unit: string, card: ScorecardOf | undefined): { kept: Kept | undefined; root: string } {
  const seal = useQuery({
    ...sealQuery(unit, card?.standard ?? '', card?.period ?? ''),
    enabled: card !== undefined,
  })
  const kept = seal.data?.cards.find((it) => it.subject === card?.subject)
  return { kept, root: seal.data?.root ?? '' }
}

interface Props {
  unit: string
  zone: string
  card: ScorecardOf
  kept: Kept | undefined
  root: string
}

export function Sealed({ unit, zone, card, kept, root }: Props) {
  const words = useWords()
  const me = useMe()
  const queries = useQueryClient()
  const now = serverNow()
  const mine = me?.member !== undefined && card.holder?.id === me.member
  const unseen = mine && kept !== undefined && kept.shown_at === undefined ? kept.id : undefined
  // His time to appeal begins when he sees it, not when it was closed.
  useEffect(() => {
    if (!unseen) return
    void ask('POST', `/api/units/${encodeURIComponent(unit)}/sealed-cards/${encodeURIComponent(unseen)}/show`)
      .then(() => queries.invalidateQueries({ queryKey: ['seal', unit] }))
      .catch(() => undefined)
  }, [unseen, unit, queries])
  if (!kept) return <SealIt unit={unit} card={card} />
  return (
    <p className="sealed" role="status">
      <span className="chip chip-state">{words.score.sealed(when(Date.parse(kept.as_of), now, zone, words))}</span>{' '}
      {kept.revision > 1 ? <span className="chip">{words.seal.revision(kept.revision)}</span> : null}{' '}
      {kept.grade ? <b>{kept.grade}</b> : null}{' '}
      {root ? (
        <span className="small quiet">
          {words.seal.check} <code>{root.slice(0, 16)}</code>
        </span>
      ) : null}
      {kept.shown_at && mine ? (
        <span className="small quiet"> {words.seal.shown(when(Date.parse(kept.shown_at), now, zone, words))}</span>
      ) : null}
    </p>
  )
}

/** Sealing cannot be taken back: asked once more, with the period in the question. */
function SealIt({ unit, card }: { unit: string; card: ScorecardOf }) {
  const words = useWords()
  const me = useMe()
  const queries = useQueryClient()
  const keyOf = useOnceKey()
  const [asked, setAsked] = useState(false)
  const seal = useMutation({
    mutationFn: () => {
      const body = { standard: card.standard, period: card.period }
      return ask('POST', `/api/units/${encodeURIComponent(unit)}/seals`, { body, key: keyOf(body) })
    },
    onSuccess: () => void queries.invalidateQueries(),
    onSettled: () => setAsked(false),
  })
  const may = me === null || me.units?.find((it) => it.code === unit)?.may.includes('seal') === true
  if (!may) return null
  return (
    <div className="sealed">
      {seal.error ? <Refusal error={seal.error} /> : null}
      {asked ? (
        <>
          <span>{words.seal.sure(card.period)}</span> <Button onClick={() => setAsked(false)}>{words.seal.back}</Button>{' '}
          <Button type="primary" loading={seal.isPending} onClick={() => seal.mutate()}>
            {words.seal.seal(card.period)}
          </Button>
        </>
      ) : (
        <Button onClick={() => setAsked(true)}>{words.seal.seal(card.period)}</Button>
      )}
    </div>
  )
}
