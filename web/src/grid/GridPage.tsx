/** One grid: its homes, moved to another grid together, and who serves it, handed over from a day on. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { everyRow, kindQuery, kindsQuery, unitPath, unitsQuery } from '@/api/ask'
import { ask, newKey } from '@/api/client'
import type { Outcomes, RecordRow } from '@/api/types'
import { civil, isoDay } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button, TextInput } from '@/design/controls'
import { Chip } from '@/form/Field'
import { Skeleton } from '@/mine/HomePage'
import { grids, isServing, people } from '@/people/people'
import { Refusal } from '@/refusal/Refusal'
import { useLanguage, useWords } from '@/words'
import { useNames } from '@/words/names'
import { AT_ONCE, groups, movesGrid, portions } from './grid'
import { Served } from './Served'
import '@/form/form.css'
import '@/people/people.css'
import './grid.css'

export function GridPage() {
  const { unit = '', grid = '' } = useParams({ strict: false })
  const words = useWords()
  const names = useNames()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const { data: units = [] } = useQuery(unitsQuery)
  const kindOf = (role: string) => kinds.find((it) => it.role === role)?.kind ?? ''
  const place = kindOf('place')
  const posting = kindOf('posting')
  const register = (kind: string, fields: string, open?: string) => ({
    queryKey: ['records', unit, 'grids', kind],
    queryFn: ({ signal }: { signal: AbortSignal }) => everyRow(unit, { kind, fields, open }, signal),
    enabled: kind !== '',
    staleTime: 10_000,
  })
  const placeKind = useQuery({ ...kindQuery(place), enabled: place !== '' })
  const kept = ['grid', 'building', 'entrance'].filter((name) =>
    placeKind.data?.fields.some((field) => field.name === name),
  )
  const homes = useQuery({ ...register(place, kept.join(',')), enabled: placeKind.data !== undefined })
  const postings = useQuery(register(posting, 'post,from,until,grid,team,member', 'all'))
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const step = movesGrid(placeKind.data)
  const today = isoDay(civil(serverNow(), zone))
  const serving = (postings.data ?? []).filter((it) => isServing(it, today))
  const served = people([], serving, names.label)
  const others = grids(homes.data ?? [], served)
    .map((it) => it.grid)
    .filter((it) => it !== grid)
  const error = homes.error ?? postings.error
  return (
    <div className="people">
      <p>
        <Link to="/u/$unit/people" params={{ unit }}>
          {words.people.title}
        </Link>
      </p>
      <h1>{words.grid.title(grid)}</h1>
      {error ? <Refusal error={error} /> : null}
      {homes.isPending || postings.isPending ? <Skeleton /> : null}
      {postings.data ? (
        <Served unit={unit} grid={grid} zone={zone} kind={posting} postings={serving} member={kindOf('member')} />
      ) : null}
      {homes.data && step ? (
        <Homes key={grid} unit={unit} grid={grid} rows={homes.data} others={others} step={step} />
      ) : null}
    </div>
  )
}

interface HomesProps {
  unit: string
  grid: string
  rows: readonly RecordRow[]
  others: readonly string[]
  step: string
}

/** What came of each home: a refused one keeps no other back. */
interface Moved {
  to: string
  done: number
  refused: { label: string; zh: string; en: string }[]
}

function Homes({ unit, grid, rows, others, step }: HomesProps) {
  const words = useWords()
  const names = useNames()
  const language = useLanguage()
  const queries = useQueryClient()
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set())
  const [to, setTo] = useState('')
  const all = groups(rows, grid)
  const here = all.flatMap((it) => it.rows)
  const moving = here.filter((it) => chosen.has(it.id))
  const target = to.trim()
  const move = useMutation({
    mutationFn: async (): Promise<Moved> => {
      const moved: Moved = { to: target, done: 0, refused: [] }
      for (const some of portions(moving, AT_ONCE)) {
        const steps = some.map((it) => ({
          record: it.id,
          step,
          data: { grid: target },
          version: it.version,
          idempotency_key: newKey(),
        }))
        const { outcomes } = await ask<Outcomes>('POST', `${unitPath(unit)}/steps`, { body: { steps } })
        for (const it of outcomes) {
          const label = names.label({ label: some.find((row) => row.id === it.record)?.label ?? '' })
          if (it.problem) moved.refused.push({ label, zh: it.problem.zh, en: it.problem.en })
          else moved.done += 1
        }
      }
      return moved
    },
    onSuccess: () => choose(new Set()),
    // What went through before a cut stands.
    onSettled: () => void queries.invalidateQueries({ queryKey: ['records', unit] }),
  })
  const turn = (ids: readonly string[], on: boolean) => {
    const next = new Set(chosen)
    for (const id of ids)
      if (on) next.add(id)
      else next.delete(id)
    choose(next)
  }
  return (
    <section className="card" aria-label={words.grid.homes(here.length)}>
      <h2>{words.grid.homes(here.length)}</h2>
      {all.map((group) => {
        const ids = group.rows.map((it) => it.id)
        const whole = ids.every((id) => chosen.has(id))
        return (
          <fieldset key={group.name} className="grid-group">
            <legend>{group.name || words.grid.noBuilding}</legend>
            <div className="picks">
              <Chip name={`all-${group.name}`} type="checkbox" checked={whole} onPick={() => turn(ids, !whole)}>
                {words.grid.all(ids.length)}
              </Chip>
              {group.rows.map((it) => (
                <Chip
                  key={it.id}
                  name={it.id}
                  type="checkbox"
                  checked={chosen.has(it.id)}
                  onPick={() => turn([it.id], !chosen.has(it.id))}
                >
                  {names.label(it)}
                </Chip>
              ))}
            </div>
          </fieldset>
        )
      })}
      {move.error ? <Refusal error={move.error} /> : null}
      {move.data ? (
        <div role="status">
          <p>
            <b>{words.grid.moved(move.data.done, move.data.to)}</b>
          </p>
          {move.data.refused.map((it) => (
            <p key={it.label} className="small">
              {words.grid.notMoved(it.label, it[language])}
            </p>
          ))}
        </div>
      ) : null}
      {here.length > 0 ? (
        <form
          className="grid-move"
          onSubmit={(event) => {
            event.preventDefault()
            if (target && moving.length > 0) move.mutate()
          }}
        >
          <label htmlFor="grid-to">{words.grid.to}</label>
          <TextInput
            id="grid-to"
            list="grid-others"
            className="narrow"
            autoComplete="off"
            maxLength={40}
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
          <datalist id="grid-others">
            {others.map((it) => (
              <option key={it} value={it} />
            ))}
          </datalist>
          <Button
            kind="primary"
            type="submit"
            busy={move.isPending}
            disabled={!target || target === grid || moving.length === 0}
          >
            {words.grid.move(moving.length)}
          </Button>
          <p className="small quiet">{words.grid.moveHint}</p>
        </form>
      ) : null}
    </section>
  )
}
