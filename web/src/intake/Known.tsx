/** What is known to be out of order while somebody reports it: open events that a matter may belong to, and the notices that hang. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { kindQuery, listQuery } from '@/api/ask'
import type { KindOf, KindRow } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { causeLink } from './kinds'

interface Props {
  unit: string
  zone: string
  kind: KindOf
  all: readonly KindRow[]
  /** The event that this report belongs to. */
  cause: string
  onCause: (id: string) => void
}

const SHOWN = 4

export function Known({ unit, zone, kind, all, cause, onCause }: Props) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const now = serverNow()
  const link = causeLink(kind)
  const events = useQuery({
    ...listQuery(unit, { kind: link?.kind, open: 'true', sort: 'newest', limit: SHOWN }),
    enabled: link !== undefined,
  })
  const published = all.find((it) => it.published && it.numbered && !it.role)?.kind
  const detail = useQuery({ ...kindQuery(published ?? ''), enabled: published !== undefined })
  const states = detail.data?.published?.states.join(',')
  const notices = useQuery({
    ...listQuery(unit, { kind: published, state: states, open: 'true', sort: 'newest', limit: SHOWN }),
    enabled: published !== undefined && states !== undefined,
  })
  const causes = events.data?.records ?? []
  const hung = notices.data?.records ?? []
  if (causes.length === 0 && hung.length === 0) return null
  return (
    <>
      {link && causes.length > 0 ? (
        <section className="known" aria-label={words.intake.known}>
          <h2>{words.intake.known}</h2>
          <ul>
            {causes.map((it) => (
              <li key={it.id}>
                <label className="known-one">
                  <input
                    type="checkbox"
                    checked={cause === it.id}
                    onChange={() => onCause(cause === it.id ? '' : it.id)}
                  />{' '}
                  {names.label(it)}
                </label>
                <span className="small quiet">
                  <Link to="/u/$unit/$kind/$record" params={{ unit, kind: it.kind, record: it.number }}>
                    {it.number}
                  </Link>{' '}
                  {when(Date.parse(it.opened_at), now, zone, words)}
                </span>
              </li>
            ))}
          </ul>
          <p className="small quiet">{words.intake.belongs(text(link.title))}</p>
        </section>
      ) : null}
      {hung.length > 0 ? (
        <section>
          <h2>{words.intake.notices}</h2>
          <ul className="small">
            {hung.map((it) => (
              <li key={it.id}>
                <Link to="/u/$unit/$kind/$record" params={{ unit, kind: it.kind, record: it.number }}>
                  {names.label(it)}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  )
}
