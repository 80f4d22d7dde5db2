/** Where one is signed in, and the way to end what is not this. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask } from '@/api/client'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button } from '@/design/controls'
import { Refusal } from '@/refusal/Refusal'
import { useWords } from '@/words'
import { deviceOf } from './device'

interface SessionRow {
  id: string
  agent?: string
  seen_at: string
  current: boolean
}

export function Sessions({ zone }: { zone: string }) {
  const words = useWords()
  const queries = useQueryClient()
  const found = useQuery({
    queryKey: ['sessions'],
    queryFn: async ({ signal }) => (await ask<{ sessions: SessionRow[] }>('GET', '/api/sessions', { signal })).sessions,
  })
  const end = useMutation({
    mutationFn: (id: string) => ask<void>('DELETE', `/api/sessions/${encodeURIComponent(id)}`),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['sessions'] }),
  })
  if (!found.data) return null
  return (
    <section className="card" aria-label={words.owner.sessions}>
      <h2>{words.owner.sessions}</h2>
      {end.error ? <Refusal error={end.error} /> : null}
      <ul className="sessions">
        {found.data.map((it) => (
          <li key={it.id} className="row-between">
            <span>
              {it.agent ? deviceOf(it.agent) : words.owner.unknownDevice}
              <br />
              <span className="small quiet">{when(Date.parse(it.seen_at), serverNow(), zone, words)}</span>
            </span>
            {it.current ? (
              <span className="chip">{words.owner.thisDevice}</span>
            ) : (
              <Button onClick={() => end.mutate(it.id)}>{words.owner.endSession}</Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
