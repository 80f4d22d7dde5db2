/** S3: nothing waits unseen. What nobody has stands left by the time it has; right, who has how much, or the states beside each other. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { type DragEvent, useMemo, useState } from 'react'
import { kindQuery, kindsQuery, listQuery, recordPath, unitsQuery } from '@/api/ask'
import { ask, newKey } from '@/api/client'
import type { KindOf, Person, RecordRow, StepTaken } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { KeyCap } from '@/design/KeyCap'
import { clockOf } from '@/duty/facts'
import { Chip } from '@/form/Field'
import { useKeys } from '@/keys/keys'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { useMe, usePosts } from '@/session/session'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { assigning, dispatched, inHand, isWaiting, lanes, turn, working } from './lanes'
import './dispatch.css'

type View = 'people' | 'board'

export function DispatchPage() {
  const { unit = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as { kind?: string }
  const words = useWords()
  const kinds = useQuery(kindsQuery)
  const name = search.kind ?? dispatched(kinds.data ?? [])[0]?.kind
  const kind = useQuery({ ...kindQuery(name ?? ''), enabled: name !== undefined })
  if (kinds.error ?? kind.error) return <Refusal error={kinds.error ?? kind.error} />
  if (kinds.data && !name) return <p className="quiet">{words.intake.noKinds}</p>
  return kind.data ? <Board key={`${unit}:${kind.data.kind}`} unit={unit} kind={kind.data} /> : <Skeleton />
}

function Board({ unit, kind }: { unit: string; kind: KindOf }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const search = useSearch({ strict: false }) as { view?: View }
  const view: View = search.view === 'board' ? 'board' : 'people'
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const { data: kinds = [] } = useQuery(kindsQuery)
  const places = kinds.filter((it) => it.role === 'place').map((it) => it.kind)
  const place = kind.links.find((it) => places.includes(it.kind))?.name
  const open = useQuery(listQuery(unit, { kind: kind.kind, open: 'true', fields: place, limit: 200 }))
  const closed = useQuery({
    ...listQuery(unit, { kind: kind.kind, open: 'false', sort: 'newest', limit: 10 }),
    enabled: view === 'board',
  })
  const latest = useQuery(listQuery(unit, { kind: kind.kind, open: 'all', sort: 'newest', limit: 200 }))
  const me = useMe()
  const people = usePeople(unit, kind)
  const rows = open.data?.records ?? []
  const posts = usePosts(unit)
  const waiting = rows.filter((it) => isWaiting(kind, it, posts))
  const paused = rows.filter((it) => it.waits)
  const held = useMemo(() => rows.filter((it) => it.assignee !== undefined && inHand(kind, it)), [kind, rows])
  const board = useMemo(() => lanes(held, people, me?.member), [held, people, me])
  const next = useMemo(() => turn(people, latest.data?.records ?? [], me?.member), [people, latest.data, me])
  const own = people.find((it) => it.id === me?.member)
  const [at, setAt] = useState(0)
  const chosen = waiting[Math.min(at, waiting.length - 1)]
  const [dragged, setDragged] = useState<RecordRow | null>(null)

  const give = useMutation({
    mutationFn: async ({ row, to }: { row: RecordRow; to: Person }) => {
      const step = assigning(kind, row.state, posts)
      if (!step || !kind.assignee) return
      await ask<StepTaken>('POST', `${recordPath(unit, row.id)}/steps/${encodeURIComponent(step.name)}`, {
        body: { data: { [kind.assignee]: to.id } },
        key: newKey(),
        version: row.version,
      })
    },
    onSettled: () =>
      queries.invalidateQueries({
        predicate: (it) => ['records', 'duties', 'counts'].includes(String(it.queryKey[0])),
      }),
  })
  const giveTo = (index: number) => {
    const lane = board[index]
    if (chosen && lane && !give.isPending) give.mutate({ row: chosen, to: lane.person })
  }
  const giveOne = (to: Person | undefined) => {
    if (chosen && to && !give.isPending) give.mutate({ row: chosen, to })
  }
  useKeys([
    { keys: 'j', label: words.keys.next, run: () => setAt((it) => Math.min(waiting.length - 1, it + 1)) },
    { keys: 'k', label: words.keys.previous, run: () => setAt((it) => Math.max(0, it - 1)) },
    { keys: 'Enter', label: words.dispatch.toFreest, run: () => giveTo(0) },
    { keys: 'r', label: words.dispatch.rotate(next?.name ?? ''), run: () => giveOne(next) },
    ...(own ? [{ keys: 'g', label: words.dispatch.grab, run: () => giveOne(own) }] : []),
    ...board.slice(0, 9).map((lane, index) => ({
      keys: String(index + 1),
      label: words.dispatch.give(lane.person.name ?? ''),
      run: () => giveTo(index),
    })),
    {
      keys: 'v',
      label: words.dispatch.view,
      run: () => void navigate({ to: '.', search: { kind: kind.kind, view: view === 'board' ? 'people' : 'board' } }),
    },
  ])
  const drop = (person: Person) => (event: DragEvent) => {
    event.preventDefault()
    if (dragged) give.mutate({ row: dragged, to: person })
    setDragged(null)
  }
  const freest = board[0]?.person
  return (
    <div className="dispatch">
      <div className="row-between">
        <h1>
          {words.dispatch.title}{' '}
          <small className="quiet">
            {words.dispatch.waiting} <b>{waiting.length}</b> · {words.dispatch.inWork}{' '}
            <Link to="/u/$unit/$kind" params={{ unit, kind: kind.kind }}>
              {held.length}
            </Link>{' '}
            · {words.dispatch.paused} <b>{paused.length}</b>
          </small>
        </h1>
        <div className="picks">
          {(['people', 'board'] as const).map((it) => (
            <Chip
              key={it}
              name="view"
              type="radio"
              checked={view === it}
              onPick={() => void navigate({ to: '.', search: { kind: kind.kind, view: it } })}
            >
              {words.dispatch[it]}
            </Chip>
          ))}
          <Link className="link-button" to="/u/$unit/$kind" params={{ unit, kind: kind.kind }}>
            {words.dispatch.list}
          </Link>
        </div>
      </div>
      {open.error ? <Refusal error={open.error} /> : null}
      {give.error ? <Refusal error={give.error} /> : null}
      <div className="dispatch-split">
        <section aria-label={words.dispatch.waiting}>
          <div className="row-between">
            <h2>
              {words.dispatch.waiting} <small className="quiet">{words.dispatch.byTime}</small>
            </h2>
            <span className="small quiet">
              <KeyCap>J</KeyCap> <KeyCap>K</KeyCap> {words.dispatch.choose} <KeyCap>1–9</KeyCap>{' '}
              {words.dispatch.dispatch}
            </span>
          </div>
          {open.isPending ? <Skeleton /> : null}
          {open.data && waiting.length === 0 ? <p className="card nothing">{words.dispatch.none}</p> : null}
          <ol className="cards">
            {waiting.map((row, index) => (
              <li
                key={row.id}
                className={row === chosen ? 'card job-card job-here' : 'card job-card'}
                aria-current={row === chosen || undefined}
                draggable
                onDragStart={() => setDragged(row)}
                onDragEnd={() => setDragged(null)}
              >
                {row.next ? (
                  <Clock facts={clockOf(row.next, row.waits)} zone={zone} of={names.label(row)} cause={names.held} />
                ) : null}
                <button type="button" className="plain job-title" onClick={() => setAt(index)}>
                  <b>{names.label(row)}</b>
                </button>
                <p className="small">
                  <Link to="/u/$unit/$kind/$record" params={{ unit, kind: kind.kind, record: row.number }}>
                    {row.number}
                  </Link>{' '}
                  {place && row.links?.[place]?.label ? names.label({ label: row.links[place].label }) : ''}{' '}
                  <span className="chip">{text(kind.states.find((it) => it.name === row.state)?.title)}</span>
                </p>
                {row === chosen && freest && assigning(kind, row.state, posts) ? (
                  <div className="job-give">
                    <Button type="primary" loading={give.isPending} onClick={() => giveTo(0)}>
                      {words.dispatch.give(freest.name ?? '')} <KeyCap>↵</KeyCap>
                    </Button>
                    {next ? (
                      <Button disabled={give.isPending} onClick={() => giveOne(next)}>
                        {words.dispatch.rotate(next.name ?? '')} <KeyCap>R</KeyCap>
                      </Button>
                    ) : null}
                    {own ? (
                      <Button disabled={give.isPending} onClick={() => giveOne(own)}>
                        {words.dispatch.grab} <KeyCap>G</KeyCap>
                      </Button>
                    ) : null}
                    <select
                      className="select"
                      aria-label={words.dispatch.other}
                      value=""
                      onChange={(event) => {
                        const lane = board.find((it) => it.person.id === event.target.value)
                        if (lane) give.mutate({ row, to: lane.person })
                      }}
                    >
                      <option value="">{words.dispatch.other}</option>
                      {board.map((it) => (
                        <option key={it.person.id} value={it.person.id}>
                          {words.dispatch.load(it.person.name ?? '', it.rows.length)}
                        </option>
                      ))}
                    </select>
                  </div>
                ) : null}
              </li>
            ))}
          </ol>
          {paused.length > 0 ? (
            <>
              <h2>{words.dispatch.paused}</h2>
              <ol className="cards">
                {paused.map((row) => (
                  <li key={row.id} className="card job-card">
                    {row.next ? (
                      <Clock
                        facts={clockOf(row.next, row.waits)}
                        zone={zone}
                        of={names.label(row)}
                        cause={names.held}
                      />
                    ) : null}
                    <p className="small">
                      <Link to="/u/$unit/$kind/$record" params={{ unit, kind: kind.kind, record: row.number }}>
                        {row.number}
                      </Link>{' '}
                      {names.label(row)}
                    </p>
                  </li>
                ))}
              </ol>
            </>
          ) : null}
        </section>
        {view === 'people' ? (
          <section className="card people" aria-label={words.dispatch.people}>
            <h2>{words.dispatch.onDuty(board.length)}</h2>
            <ol>
              {board.map((lane, index) => (
                <li
                  key={lane.person.id}
                  className={dragged ? 'lane lane-open' : 'lane'}
                  onDragOver={(event) => event.preventDefault()}
                  onDrop={drop(lane.person)}
                >
                  <div className="lane-who">
                    <b>{lane.person.name ?? lane.person.login}</b> {index < 9 ? <KeyCap>{index + 1}</KeyCap> : null}
                    <p className="small quiet">
                      {lane.rows.length > 0 ? words.dispatch.holds(lane.rows.length) : words.dispatch.free}
                    </p>
                  </div>
                  <ul className="lane-jobs">
                    {lane.rows.map((row) => (
                      <Bar key={row.id} row={row} kind={kind} unit={unit} zone={zone} place={place} />
                    ))}
                  </ul>
                </li>
              ))}
            </ol>
            <p className="small quiet">{words.dispatch.dragHint}</p>
          </section>
        ) : (
          <section className="states" aria-label={words.dispatch.board}>
            {kind.states
              .filter((it) => !it.closed && rows.some((row) => row.state === it.name))
              .map((state) => (
                <Column
                  key={state.name}
                  title={text(state.title)}
                  rows={rows.filter((row) => row.state === state.name)}
                  {...{ kind, unit, zone, place }}
                />
              ))}
            <Column title={words.dispatch.closed} rows={closed.data?.records ?? []} {...{ kind, unit, zone, place }} />
          </section>
        )}
      </div>
    </div>
  )
}

interface BarProps {
  row: RecordRow
  kind: KindOf
  unit: string
  zone: string
  place: string | undefined
}

function Bar({ row, kind, unit, zone, place }: BarProps) {
  const names = useNames()
  const text = useText()
  const where = place ? row.links?.[place]?.label : undefined
  return (
    <li className={row.waits ? 'bar bar-waits' : 'bar'}>
      <Link to="/u/$unit/$kind/$record" params={{ unit, kind: kind.kind, record: row.number }}>
        {names.label(row)}
      </Link>
      <span className="small">
        {where ? `${names.label({ label: where })} · ` : ''}
        {text(kind.states.find((it) => it.name === row.state)?.title)}
      </span>
      {row.next ? (
        <Clock facts={clockOf(row.next, row.waits)} zone={zone} of={names.label(row)} cause={names.held} />
      ) : null}
    </li>
  )
}

function Column({ title, rows, ...rest }: { title: string; rows: RecordRow[] } & Omit<BarProps, 'row'>) {
  return (
    <section className="state" aria-label={title}>
      <h2>
        {title} <small className="quiet">{rows.length}</small>
      </h2>
      <ul>
        {rows.map((row) => (
          <Bar key={row.id} row={row} {...rest} />
        ))}
      </ul>
    </section>
  )
}

/** Who may be given one: members posted here to a post that the assigning step names; where that is nobody, all of the unit. */
function usePeople(unit: string, kind: KindOf): Person[] {
  const names = useNames()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const posting = kinds.find((it) => it.role === 'posting')?.kind
  const { data: detail } = useQuery({ ...kindQuery(posting ?? ''), enabled: posting !== undefined })
  const link = detail?.links.find((it) => kinds.find((one) => one.kind === it.kind)?.role === 'member')?.name
  const fields = ['post', link].filter(Boolean).join(',')
  const { data } = useQuery({
    ...listQuery(unit, { kind: posting, fields, limit: 200 }),
    enabled: posting !== undefined && link !== undefined,
  })
  return useMemo(() => {
    const posts = working(kind)
    const all = new Map<string, Person>()
    for (const row of data?.records ?? []) {
      const to = link ? row.links?.[link] : undefined
      if (to && posts.has(String(row.data?.post))) {
        all.set(to.id, { id: to.id, name: names.label({ label: to.label ?? '' }) || to.id })
      }
    }
    return [...all.values()]
  }, [data, link, kind, names])
}
