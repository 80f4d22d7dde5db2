/** Lets somebody of the staff hand a customer the way in to the owner's page. Shown on records that are customers. */

import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { kindQuery, kindsQuery } from '@/api/ask'
import { ask } from '@/api/client'
import type { KindOf, RecordOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { everyday } from '@/intake/kinds'
import { registerOf } from '@/owner/offer'
import { Refusal } from '@/refusal/Refusal'
import { usePosts } from '@/session/session'
import { useWords } from '@/words'

interface Props {
  unit: string
  zone: string
  kind: KindOf
  record: RecordOf
}

export function Invite({ unit, zone, kind, record }: Props) {
  const words = useWords()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const first = everyday(kinds)[0]?.kind
  const customers = useQuery({ ...kindQuery(first ?? ''), enabled: first !== undefined })
  const posts = usePosts(unit)
  const make = useMutation({
    mutationFn: () =>
      ask<{ code: string; expires_at: string }>('POST', `/api/units/${encodeURIComponent(unit)}/invitations`, {
        body: { party: record.id },
      }),
  })
  // Whoever may register a customer may invite him.
  const may = posts === null || kind.open.by.some((it) => posts.has(it))
  if (!customers.data || registerOf(customers.data) !== kind.kind || record.closed_at || !may) return null
  const link = make.data ? `${location.origin}/owner#code=${make.data.code}` : ''
  return (
    <section className="card" aria-label={words.owner.invite}>
      <h2>{words.owner.invite}</h2>
      <p className="small quiet">{words.owner.inviteLead}</p>
      {make.error ? <Refusal error={make.error} /> : null}
      {make.data ? (
        <div role="status">
          <p>
            {words.owner.inviteCode(when(Date.parse(make.data.expires_at), serverNow(), zone, words))}{' '}
            <b className="num">{make.data.code}</b>
          </p>
          <p className="small">
            {words.owner.inviteLink} <code>{link}</code>
          </p>
        </div>
      ) : null}
      <Button loading={make.isPending} onClick={() => make.mutate()}>
        {words.owner.invite}
      </Button>
    </section>
  )
}
