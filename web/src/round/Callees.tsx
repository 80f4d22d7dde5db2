/** Who lives at a place, and how to reach them: a number is shown to who needs it, and every look goes on record. */

import { useQuery } from '@tanstack/react-query'
import { kindQuery, kindsQuery, listQuery, recordQuery } from '@/api/ask'
import type { RecordRow } from '@/api/types'
import { placeLink } from '@/intake/kinds'
import { Private } from '@/privacy/Private'
import { useWords } from '@/words'
import { useNames } from '@/words/names'

/** So many of a household are shown. */
const MOST = 6

export function Callees({ unit, kind, home }: { unit: string; kind: string; home: string }) {
  const words = useWords()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const asked = useQuery({ ...kindQuery(kind), staleTime: Number.POSITIVE_INFINITY })
  const link = asked.data ? placeLink(asked.data, kinds) : null
  const found = useQuery({
    ...listQuery(unit, { open: 'true', limit: 50, ...(link ? { link: [link, home] as [string, string] } : {}) }),
    enabled: link !== null,
  })
  // People are entered without a number of their own.
  const people = (found.data?.records ?? []).filter((it) => !kinds.find((kind) => kind.kind === it.kind)?.numbered)
  if (!found.data) return null
  if (people.length === 0) return <span className="quiet small">{words.round.nobody}</span>
  return people.slice(0, MOST).map((it) => <Callee key={it.id} unit={unit} person={it} />)
}

function Callee({ unit, person }: { unit: string; person: RecordRow }) {
  const names = useNames()
  const kind = useQuery({ ...kindQuery(person.kind), staleTime: Number.POSITIVE_INFINITY })
  const phone = kind.data?.fields.find((it) => it.type === 'phone')
  const whole = useQuery({ ...recordQuery(unit, person.id), enabled: phone !== undefined })
  const masked = phone ? whole.data?.record.data[phone.name] : undefined
  if (!phone || !masked) return null
  return (
    <span className="callee">
      {names.label(person)}{' '}
      <Private unit={unit} kind={person.kind} record={person.id} field={phone} masked={String(masked)} />
    </span>
  )
}
