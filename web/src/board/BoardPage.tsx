/** The board of renovations, and of any other kind: what stands where, whose clock runs out, and how long a permit holds. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { countsQuery, kindQuery, kindsQuery, listQuery, unitsQuery } from '@/api/ask'
import type { KindOf, RecordRow } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { serverNow } from '@/clock/ticker'
import { clockOf, holderText } from '@/duty/facts'
import { shown } from '@/form/show'
import { everyday } from '@/intake/kinds'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { boardKind, columns, dayFields } from './board'
import '@/form/form.css'
import '@/list/list.css'
import './board.css'

const CLOSED = 8

export function BoardPage() {
  const { unit = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as { kind?: string }
  const words = useWords()
  const text = useText()
  const navigate = useNavigate()
  const { data: rows = [] } = useQuery(kindsQuery)
  const theirs = everyday(rows)
  const kinds = useQueries({
    queries: theirs.map((it) => kindQuery(it.kind)),
    combine: (all) => all.flatMap((it) => (it.data ? [it.data] : [])),
  })
  const others = rows.filter((it) => it.numbered && it.duties > 0 && !it.role && !theirs.includes(it))
  const asked = useQuery({ ...kindQuery(search.kind ?? ''), enabled: search.kind !== undefined })
  const ready = theirs.length > 0 && kinds.length === theirs.length
  const kind = search.kind ? asked.data : ready ? boardKind(kinds) : undefined
  return (
    <div className="board-page">
      <div className="row-between">
        <h1>{kind ? words.board.title(text(kind.title)) : words.board.name}</h1>
        <select
          className="select"
          aria-label={words.intake.kind}
          value={kind?.kind ?? ''}
          onChange={(event) => void navigate({ to: '.', search: { kind: event.target.value } })}
        >
          {[...theirs, ...others].map((it) => (
            <option key={it.kind} value={it.kind}>
              {text(it.title)}
            </option>
          ))}
        </select>
      </div>
      {kind ? <Board key={kind.kind} unit={unit} kind={kind} /> : <Skeleton />}
    </div>
  )
}

function Board({ unit, kind }: { unit: string; kind: KindOf }) {
  const words = useWords()
  const text = useText()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const days = dayFields(kind)
  const place = kind.links.map((it) => it.name)
  const fields = [...days, ...place].join(',')
  const open = useQuery(listQuery(unit, { kind: kind.kind, sort: 'due', fields, limit: 200 }))
  const closed = useQuery(listQuery(unit, { kind: kind.kind, open: 'false', sort: 'newest', fields, limit: CLOSED }))
  const { data: counts = [] } = useQuery(countsQuery(unit))
  if (open.error) return <Refusal error={open.error} />
  if (!open.data) return <Skeleton />
  const card = (it: RecordRow) => <Card key={it.id} unit={unit} zone={zone} kind={kind} row={it} days={days} />
  return (
    <div className="board" tabIndex={0} role="group" aria-label={text(kind.title)}>
      {columns(kind, open.data.records, counts).map((it) => (
        <section
          key={it.state.name}
          className={it.state.waits ? 'board-column board-waits' : 'board-column'}
          aria-label={text(it.state.title)}
        >
          <h2>
            {text(it.state.title)}{' '}
            <Link to="/u/$unit/$kind" params={{ unit, kind: kind.kind }} search={{ state: it.state.name }}>
              {it.count}
            </Link>
          </h2>
          {it.cards.map(card)}
          {it.count > it.cards.length && it.cards.length > 0 ? (
            <p className="small quiet">{words.home.more(it.count - it.cards.length)}</p>
          ) : null}
        </section>
      ))}
      <section className="board-column" aria-label={words.dispatch.closed}>
        <h2>{words.dispatch.closed}</h2>
        {(closed.data?.records ?? []).map(card)}
      </section>
    </div>
  )
}

interface CardProps {
  unit: string
  zone: string
  kind: KindOf
  row: RecordRow
  days: string[]
}

function Card({ unit, zone, kind, row, days }: CardProps) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const by = { now: serverNow(), zone, words, text }
  const due = row.next ? kind.duties.find((it) => it.name === row.next?.duty) : undefined
  return (
    <article className="board-card">
      {row.next ? (
        <p>
          <Clock facts={clockOf(row.next, row.waits)} zone={zone} of={names.label(row)} cause={names.held} />
        </p>
      ) : null}
      <Link to="/u/$unit/$kind/$record" params={{ unit, kind: kind.kind, record: row.number }}>
        {names.place(row) || row.number}
      </Link>
      <p>{names.label(row)}</p>
      {row.next ? (
        <p className="small quiet">
          {text(due?.title)} {holderText(row.next.holder, words, names.post)}
        </p>
      ) : null}
      {days
        .filter((it) => row.data?.[it])
        .map((it) => (
          <p key={it} className="small quiet">
            {text(kind.fields.find((field) => field.name === it)?.title)} {shown(kind, it, row.data?.[it], by)}
          </p>
        ))}
    </article>
  )
}
