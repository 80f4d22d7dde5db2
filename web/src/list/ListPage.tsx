/** The list of a kind: columns of its own choosing, filters in the address, pages by cursor, rows drawn only where they are seen. */

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Button, Input } from 'antd'
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { countsQuery, kindQuery, kindsQuery, meQuery, pageOf, unitPath, unitsQuery } from '@/api/ask'
import { address } from '@/api/client'
import type { KindOf, RecordRow } from '@/api/types'
import { useDensity } from '@/app/settings'
import { Clock } from '@/clock/Clock'
import { when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { clockOf, holderText } from '@/duty/facts'
import { Chip } from '@/form/Field'
import { Sheet } from '@/form/Sheet'
import { StepForm } from '@/form/StepForm'
import { useSettled } from '@/form/settled'
import { shown } from '@/form/show'
import { useKeys } from '@/keys/keys'
import { ErasuresWaiting } from '@/privacy/Erase'
import { Refusal } from '@/refusal/Refusal'
import { useText, useWords, type Words } from '@/words'
import { type Names, useNames } from '@/words/names'
import { Bulk } from './Bulk'
import { MOST } from './bulk'
import { type Column, fieldOf, leastWidth, linkOf, possible, usual, width } from './columns'
import {
  type Filter,
  filterOf,
  isFiltered,
  nothing,
  type Saved,
  saveColumns,
  savedColumns,
  savedFilters,
  saveFilters,
} from './saved'
import './list.css'

export function ListPage() {
  const { unit = '', kind: name = '' } = useParams({ strict: false })
  const kind = useQuery(kindQuery(name))
  const kinds = useQuery(kindsQuery)
  if (kind.error) return <Refusal error={kind.error} />
  const places = kinds.data?.filter((it) => it.role === 'place').map((it) => it.kind)
  return kind.data && places ? <KindList key={`${unit}:${name}`} unit={unit} kind={kind.data} places={places} /> : null
}

function KindList({ unit, kind, places }: { unit: string; kind: KindOf; places: string[] }) {
  const words = useWords()
  const text = useText()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const filter = filterOf(search)
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const [columns, setColumns] = useState<Column[]>(
    () => (savedColumns(kind.kind) as Column[] | null) ?? usual(kind, places),
  )
  const [typed, setTyped] = useState(filter.q ?? '')
  const [at, setAt] = useState(0)
  // Chosen for one step together; null: nobody is choosing.
  const [picked, setPicked] = useState<RecordRow[] | null>(null)
  const q = useSettled(typed.trim())
  const fields = columns.flatMap((it) => fieldOf(it) ?? linkOf(it) ?? []).join(',')
  const asked = { kind: kind.kind, ...filter, q: q || undefined, fields: fields || undefined }

  const pages = useInfiniteQuery({
    queryKey: ['records', unit, 'list', asked],
    // The first rows come soon, the others in time.
    queryFn: ({ pageParam, signal }) => pageOf(unit, { ...asked, limit: pageParam ? 200 : 50 }, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    staleTime: 10_000,
    placeholderData: (was) => was,
  })
  const rows = useMemo(() => pages.data?.pages.flatMap((it) => it.records) ?? [], [pages.data])

  const pick = (some: RecordRow[]) =>
    setPicked((was) => {
      const all = was ?? []
      const gone = some.every((row) => all.some((it) => it.id === row.id))
      const rest = all.filter((it) => !some.some((row) => row.id === it.id))
      return gone ? rest : [...rest, ...some].slice(0, MOST)
    })

  const setFilter = (some: Filter) => {
    // The box says what is looked for, also where a saved filter brought it.
    if ('q' in some) setTyped(some.q ?? '')
    void navigate({ to: '.', search: (was: Record<string, unknown>) => ({ ...was, ...some }), replace: true })
  }
  useEffect(() => {
    if (q === typed.trim() && (filter.q ?? '') !== q)
      void navigate({
        to: '.',
        search: (was: Record<string, unknown>) => ({ ...was, q: q || undefined }),
        replace: true,
      })
  }, [q, typed, filter.q, navigate])

  const open = (row: RecordRow | undefined) =>
    row && void navigate({ to: '/u/$unit/$kind/$record', params: { unit, kind: kind.kind, record: row.number } })
  const adding = search.new === true
  const setAdding = (it: boolean) =>
    void navigate({ to: '.', search: (was: Record<string, unknown>) => ({ ...was, new: it || undefined }) })

  useKeys([
    { keys: 'j', label: words.keys.next, run: () => setAt((it) => Math.min(rows.length - 1, it + 1)) },
    { keys: 'k', label: words.keys.previous, run: () => setAt((it) => Math.max(0, it - 1)) },
    { keys: 'Enter', label: words.keys.open, run: () => open(rows[at]) },
    { keys: 'n', label: words.list.new(text(kind.title)), run: () => setAdding(true) },
    { keys: 'x', label: words.list.pick, run: () => rows[at] && pick([rows[at]]) },
  ])

  return (
    <div className="list">
      <div className="row-between">
        <h1>
          {text(kind.title)}{' '}
          <small className="quiet">
            {pages.hasNextPage ? words.list.shown(rows.length) : words.list.allShown(rows.length)}
          </small>
        </h1>
        <span className="list-do">
          <Exports unit={unit} kind={kind} asked={{ ...filter, q: q || undefined }} />
          {kind.steps.length > 0 ? (
            <Button aria-pressed={picked !== null} onClick={() => setPicked(picked === null ? [] : null)}>
              {words.list.bulk}
            </Button>
          ) : null}
          <Button type="primary" onClick={() => setAdding(true)}>
            {words.list.new(text(kind.title))}
          </Button>
        </span>
      </div>
      <ErasuresWaiting unit={unit} zone={zone} kind={kind.kind} />
      <Filters
        unit={unit}
        kind={kind}
        filter={filter}
        typed={typed}
        onType={setTyped}
        onFilter={setFilter}
        columns={columns}
        onColumns={setColumns}
      />
      {pages.error ? (
        <Refusal error={pages.error}>
          <Button onClick={() => void pages.refetch()}>{words.refusal.retry}</Button>
        </Refusal>
      ) : null}
      {pages.data && rows.length === 0 ? (
        <div className="card nothing">
          <b>{isFiltered(filter) ? words.list.emptyFiltered : words.list.empty(text(kind.title))}</b>
          {isFiltered(filter) ? (
            <p>
              <Button onClick={() => setFilter(nothing)}>{words.list.clear}</Button>
            </p>
          ) : null}
        </div>
      ) : (
        <Rows
          rows={rows}
          kind={kind}
          unit={unit}
          zone={zone}
          columns={columns}
          at={at}
          picked={picked}
          onPick={pick}
          onEnd={() => pages.hasNextPage && !pages.isFetchingNextPage && void pages.fetchNextPage()}
        />
      )}
      {picked !== null ? (
        <Bulk
          unit={unit}
          zone={zone}
          kind={kind}
          // As they stand now: a step is taken on the version that the list shows.
          picked={picked.map((it) => rows.find((row) => row.id === it.id) ?? it)}
          onPicked={setPicked}
        />
      ) : null}
      {adding ? (
        <Sheet title={words.list.new(text(kind.title))} close={() => setAdding(false)}>
          <StepForm
            unit={unit}
            zone={zone}
            kind={kind}
            step={kind.open}
            onCancel={() => setAdding(false)}
            onDone={(taken) =>
              void navigate({
                to: '/u/$unit/$kind/$record',
                params: { unit, kind: kind.kind, record: taken.record.number },
              })
            }
          />
        </Sheet>
      ) : null}
    </div>
  )
}

/** The list as it is filtered, as a spreadsheet; for whoever may take it out. */
function Exports({ unit, kind, asked }: { unit: string; kind: KindOf; asked: Filter }) {
  const words = useWords()
  const { data: me } = useQuery(meQuery)
  const may = me === null || me?.units?.some((it) => it.code === unit && it.may.includes('exports')) === true
  if (!may) return null
  const file = (format: string) => address(`${unitPath(unit)}/export`, { kind: kind.kind, format, ...asked })
  return (
    <span className="exports" role="group" aria-label={words.list.export}>
      {words.list.export}{' '}
      {['xlsx', 'csv'].map((format) => (
        <a key={format} href={file(format)} download>
          {format.toUpperCase()}
        </a>
      ))}
    </span>
  )
}

interface FiltersProps {
  unit: string
  kind: KindOf
  filter: Filter
  typed: string
  onType: (q: string) => void
  onFilter: (it: Filter) => void
  columns: Column[]
  onColumns: (it: Column[]) => void
}

function Filters({ unit, kind, filter, typed, onType, onFilter, columns, onColumns }: FiltersProps) {
  const words = useWords()
  const text = useText()
  const { data: counts = [] } = useQuery(countsQuery(unit))
  const [saved, setSaved] = useState<Saved[]>(() => savedFilters(kind.kind))
  const [naming, setNaming] = useState<string | null>(null)
  const states = counts.filter((it) => it.kind === kind.kind)
  const keep = (all: Saved[]) => {
    setSaved(all)
    saveFilters(kind.kind, all)
  }
  const whole = filter.open === 'all' ? 'all' : filter.open === 'false' ? 'closed' : 'open'
  const pick = (it: string) => () =>
    onFilter({ open: it === 'all' ? 'all' : it === 'closed' ? 'false' : undefined, state: undefined })
  return (
    <div className="filters">
      <Input
        className="narrow"
        type="search"
        allowClear
        value={typed}
        placeholder={words.list.search}
        aria-label={words.list.search}
        onChange={(event) => onType(event.target.value)}
      />
      {kind.states.length > 1 ? (
        <div className="picks" role="group" aria-label={words.list.states}>
          {(['open', 'closed', 'all'] as const).map((it) => (
            <Chip key={it} name="whole" type="radio" checked={whole === it && !filter.state} onPick={pick(it)}>
              {words.list[it]}
            </Chip>
          ))}
          {states.map((it) => (
            <Chip
              key={it.state}
              name="state"
              type="checkbox"
              checked={filter.state === it.state}
              onPick={() => onFilter({ state: filter.state === it.state ? undefined : it.state, open: undefined })}
            >
              {text(kind.states.find((state) => state.name === it.state)?.title)} <b>{it.records}</b>
            </Chip>
          ))}
          {kind.duties.length > 0 ? (
            <Chip
              name="overdue"
              type="checkbox"
              checked={filter.overdue === true}
              onPick={() => onFilter({ overdue: filter.overdue ? undefined : true })}
            >
              {words.list.overdue}
            </Chip>
          ) : null}
        </div>
      ) : null}
      {filter.opened_from || filter.opened_to ? (
        <Chip
          name="opened"
          type="checkbox"
          checked
          onPick={() => onFilter({ opened_from: undefined, opened_to: undefined })}
        >
          {words.list.openedOn(filter.opened_from ?? '', filter.opened_to ?? '')}
        </Chip>
      ) : null}
      <details className="columns">
        <summary>{words.list.columns}</summary>
        <div className="columns-list">
          {possible(kind).map((it) => (
            <label key={it}>
              <input
                type="checkbox"
                checked={columns.includes(it)}
                onChange={() => {
                  const next = columns.includes(it)
                    ? columns.filter((one) => one !== it)
                    : possible(kind).filter((one) => one === it || columns.includes(one))
                  onColumns(next)
                  saveColumns(kind.kind, next)
                }}
              />
              {heading(it, kind, words, text)}
            </label>
          ))}
        </div>
      </details>
      {saved.map((it) => (
        <span key={it.name} className="favourite">
          <Button size="small" onClick={() => onFilter({ ...nothing, ...it.filter })}>
            {it.name}
          </Button>
          <button
            type="button"
            className="plain"
            aria-label={words.list.remove(it.name)}
            onClick={() => keep(saved.filter((one) => one !== it))}
          >
            ×
          </button>
        </span>
      ))}
      {isFiltered(filter) && naming === null ? (
        <Button size="small" type="link" onClick={() => setNaming('')}>
          {words.list.save}
        </Button>
      ) : null}
      {naming !== null ? (
        <Input
          className="narrow"
          size="small"
          autoFocus
          aria-label={words.list.savedName}
          placeholder={words.list.savedName}
          value={naming}
          onChange={(event) => setNaming(event.target.value)}
          onBlur={() => setNaming(null)}
          onPressEnter={() => {
            if (naming.trim())
              keep([...saved.filter((it) => it.name !== naming.trim()), { name: naming.trim(), filter }])
            setNaming(null)
          }}
        />
      ) : null}
    </div>
  )
}

function heading(column: Column, kind: KindOf, words: Words, text: ReturnType<typeof useText>): string {
  const link = linkOf(column)
  if (link !== null) return text(kind.links.find((it) => it.name === link)?.title)
  const field = fieldOf(column)
  if (field !== null) return text(kind.fields.find((it) => it.name === field)?.title)
  return words.list[column as Exclude<Column, `field:${string}` | `link:${string}`>]
}

/** So many rows before the end the next page is asked for. */
const AHEAD = 100

interface RowsProps {
  rows: RecordRow[]
  kind: KindOf
  unit: string
  zone: string
  columns: Column[]
  at: number
  picked: RecordRow[] | null
  onPick: (rows: RecordRow[]) => void
  onEnd: () => void
}

function Rows({ rows, kind, unit, zone, columns, at, picked, onPick, onEnd }: RowsProps) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const navigate = useNavigate()
  const openRow = useCallback(
    (row: RecordRow) =>
      void navigate({ to: '/u/$unit/$kind/$record', params: { unit, kind: row.kind, record: row.number } }),
    [navigate, unit],
  )
  const density = useDensity()
  const scroll = useRef<HTMLDivElement>(null)
  const high = density === 'compact' ? 36 : 44
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => high,
    overscan: 8,
    // Fixed heights: nothing moves while rows come in.
    getItemKey: (index) => rows[index]?.id ?? index,
  })
  const shownRows = virtual.getVirtualItems()
  const last = shownRows.at(-1)?.index ?? 0
  // Asked for while there is still something to see.
  const end = last >= rows.length - AHEAD
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks for the next page when the end comes near, and again when rows came in.
  useEffect(() => {
    if (end && rows.length > 0) onEnd()
  }, [end, rows.length])
  useEffect(() => virtual.scrollToIndex(at), [at, virtual])
  const grid = {
    gridTemplateColumns: `${picked ? '20px ' : ''}${columns.map(width).join(' ')}`,
    minWidth: leastWidth(columns) + (picked ? 32 : 0),
  }
  const first = rows.slice(0, MOST)
  return (
    <div
      className="table"
      ref={scroll}
      role="table"
      aria-label={text(kind.title)}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
    >
      <div className="table-head" role="row" style={grid}>
        {picked ? (
          <span role="columnheader">
            <input
              type="checkbox"
              aria-label={words.list.pickAll(first.length)}
              checked={first.length > 0 && first.every((row) => picked.some((it) => it.id === row.id))}
              onChange={() => onPick(first)}
            />
          </span>
        ) : null}
        {columns.map((it) => (
          <span key={it} role="columnheader">
            {heading(it, kind, words, text)}
          </span>
        ))}
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), minWidth: grid.minWidth, position: 'relative' }}>
        {shownRows.map((item) => {
          const row = rows[item.index]
          return row ? (
            <div
              key={row.id}
              role="row"
              aria-rowindex={item.index + 2}
              className={item.index === at ? 'table-row table-here' : 'table-row'}
              style={{ ...grid, height: high, transform: `translateY(${item.start}px)` }}
            >
              {picked ? (
                <span role="cell">
                  <input
                    type="checkbox"
                    aria-label={`${words.list.pick} ${row.number}`}
                    checked={picked.some((it) => it.id === row.id)}
                    onChange={() => onPick([row])}
                  />
                </span>
              ) : null}
              {columns.map((it) => (
                <span key={it} role="cell">
                  <Cell
                    column={it}
                    row={row}
                    kind={kind}
                    unit={unit}
                    zone={zone}
                    names={names}
                    open={openRow}
                    first={it === columns.find((one) => one === 'number' || one === 'label')}
                  />
                </span>
              ))}
            </div>
          ) : null
        })}
      </div>
    </div>
  )
}

const Cell = memo(function Cell(props: {
  column: Column
  row: RecordRow
  kind: KindOf
  unit: string
  zone: string
  names: Names
  open: (row: RecordRow) => void
  first: boolean
}) {
  const { column, row, kind, unit, zone, names, open, first } = props
  const words = useWords()
  const text = useText()
  // A plain link: hundreds of them come and go while somebody scrolls.
  const linked = (inner: string) =>
    first ? (
      <a
        className="row-link"
        href={`/u/${encodeURIComponent(unit)}/${encodeURIComponent(row.kind)}/${encodeURIComponent(row.number)}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          open(row)
        }}
      >
        {inner}
      </a>
    ) : (
      inner
    )
  switch (column) {
    case 'clock':
      return row.next ? (
        <Clock facts={clockOf(row.next, row.waits)} zone={zone} of={names.label(row)} cause={names.held} />
      ) : null
    case 'number':
      return linked(row.number)
    case 'label':
      return linked(names.label(row))
    case 'state':
      return text(kind.states.find((it) => it.name === row.state)?.title) || row.state
    case 'holder':
      return row.next ? holderText(row.next.holder, words, names.post) : (row.assignee?.name ?? '')
    case 'opened':
      return when(Date.parse(row.opened_at), serverNow(), zone, words)
    default: {
      const link = linkOf(column)
      if (link !== null) return names.label({ label: row.links?.[link]?.label ?? '' })
      return shown(kind, fieldOf(column) ?? '', row.data?.[fieldOf(column) ?? ''], {
        now: serverNow(),
        zone,
        words,
        text,
      })
    }
  }
})
