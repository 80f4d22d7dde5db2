/** What was done at the door of an account: who came in, who failed to, what was changed about how. */

import { useQuery } from '@tanstack/react-query'
import { ask } from '@/api/client'
import type { SignInsOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Refusal } from '@/refusal/Refusal'
import { useWords } from '@/words'

interface Props {
  /** Absent: one's own. */
  login?: string
  zone: string
  /** Where an account was changed, the source is the one who did it. */
  nameOf?: (id: string) => string | undefined
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function SignIns({ login, zone, nameOf }: Props) {
  const words = useWords()
  const path = login === undefined ? '/api/sign-ins' : `/api/accounts/${encodeURIComponent(login)}/sign-ins`
  const found = useQuery({
    queryKey: ['sign-ins', path],
    queryFn: async ({ signal }) => (await ask<SignInsOf>('GET', path, { signal })).lines,
  })
  const said = words.people.done as Record<string, string>
  const from = (source: string) => nameOf?.(source) ?? (ID.test(source) ? words.people.another : source)
  if (found.error) return <Refusal error={found.error} />
  if (!found.data) return null
  if (found.data.length === 0) return <p className="quiet small">{words.people.noSignIns}</p>
  return (
    <ol className="people-signins">
      {found.data.map((it, index) => (
        // Lines are only ever added in front, and the list is read as a whole.
        // biome-ignore lint/suspicious/noArrayIndexKey: two lines of one moment have nothing else that tells them apart.
        <li key={`${it.at}-${index}`}>
          {when(Date.parse(it.at), serverNow(), zone, words)} {said[it.what] ?? it.what}
          {it.source ? <span className="quiet small"> {from(it.source)}</span> : null}
        </li>
      ))}
    </ol>
  )
}
