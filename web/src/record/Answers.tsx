/** Who has read what is published and who has answered otherwise, beside the record at the desk. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { kindQuery, listQuery, readersQuery } from '@/api/ask'
import type { KindOf, RecordOf } from '@/api/types'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { linkOf } from '@/owner/offer'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'

interface Props {
  unit: string
  zone: string
  kind: KindOf
  record: RecordOf
}

/** So many stand beside the record; the list has the others. */
const LATEST = 10

export function Answers({ unit, zone, kind, record }: Props) {
  const { published } = kind
  if (!published) return null
  return [published.receipt, ...published.answers]
    .filter((it) => it !== undefined)
    .map((it) => <AnswersOf key={it} unit={unit} zone={zone} kind={kind} record={record} by={it} />)
}

function AnswersOf({ unit, zone, kind, record, by }: Props & { by: string }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const receipt = kind.published?.receipt === by
  const answer = useQuery(kindQuery(by))
  const of = answer.data?.links.find((it) => it.kind === kind.kind)?.name ?? ''
  const party = answer.data ? (linkOf(answer.data.open) ?? '') : ''
  const readers = useQuery({ ...readersQuery(unit, record.id), enabled: receipt })
  const rows = useQuery({
    ...listQuery(unit, {
      kind: by,
      link: [of, record.id],
      open: 'all',
      sort: 'newest',
      fields: party,
      limit: LATEST,
    }),
    enabled: of !== '' && party !== '',
  })
  if (!answer.data) return null
  const states = answer.data.states
  const found = rows.data?.records ?? []
  if (found.length === 0 && !receipt) return null
  return (
    <section className="card" aria-label={text(answer.data.title)}>
      <h2>{text(answer.data.title)}</h2>
      {readers.data ? <p>{words.record.readers(readers.data.read, readers.data.of)}</p> : null}
      <ul>
        {found.map((it) => (
          <li key={it.id} className="row-between small">
            <Link to="/u/$unit/$kind/$record" params={{ unit, kind: by, record: it.number }}>
              {names.label({ label: it.links?.[party]?.label ?? it.label })}
            </Link>
            <span className="quiet">
              {text(states.find((state) => state.name === it.state)?.title)}{' '}
              {when(Date.parse(it.opened_at), serverNow(), zone, words)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
