/** Who serves a grid, and the hand-over to somebody else from a day on: one posting ends the day before, another begins. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { kindQuery, recordPath, recordQuery, unitPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { RecordRow } from '@/api/types'
import { civil, dayText, isoDay } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button, TextInput } from '@/design/controls'
import { useOnceKey } from '@/form/once'
import { RecordPicker } from '@/form/RecordPicker'
import { Refusal } from '@/refusal/Refusal'
import { useWords } from '@/words'
import { useNames } from '@/words/names'
import { dayBefore } from './grid'

interface Props {
  unit: string
  grid: string
  zone: string
  /** Of postings, and of members. */
  kind: string
  member: string
  postings: readonly RecordRow[]
}

const said = (row: RecordRow, field: string): string => String(row.data?.[field] ?? '')

export function Served({ unit, grid, zone, kind, member, postings }: Props) {
  const words = useWords()
  const names = useNames()
  const [changing, change] = useState<string | null>(null)
  const now = serverNow()
  const here = postings.filter((it) => said(it, 'grid') === grid)
  const day = (text: string) => dayText(text.slice(0, 10), now, zone, words)
  return (
    <section className="card" aria-label={words.people.serves}>
      <h2>{words.people.serves}</h2>
      {here.length === 0 ? <p className="quiet">{words.people.nobody}</p> : null}
      <ul className="grid-served">
        {here.map((it) => (
          <li key={it.id}>
            <Link to="/u/$unit/r/$record" params={{ unit, record: it.id }}>
              {names.label({ label: it.links?.member?.label ?? '' })}
            </Link>{' '}
            <span className="quiet">
              {names.post(said(it, 'post'))} · {words.people.since(day(said(it, 'from')))}
              {said(it, 'until') ? ` · ${words.people.until(day(said(it, 'until')))}` : ''}
            </span>{' '}
            {changing === it.id ? (
              <Change
                unit={unit}
                grid={grid}
                zone={zone}
                kind={kind}
                member={member}
                was={it}
                close={() => change(null)}
              />
            ) : it.closed_at ? null : (
              <Button onClick={() => change(it.id)}>{words.grid.change}</Button>
            )}
          </li>
        ))}
      </ul>
      <p className="grid-appoint">
        <Link to="/u/$unit/$kind" params={{ unit, kind }} search={{ new: true }}>
          {words.people.appoint}
        </Link>
      </p>
    </section>
  )
}

interface ChangeProps extends Omit<Props, 'postings'> {
  was: RecordRow
  close: () => void
}

function Change({ unit, grid, zone, kind, member, was, close }: ChangeProps) {
  const words = useWords()
  const queries = useQueryClient()
  const id = useId()
  const keyOf = useOnceKey()
  const beginKey = useOnceKey()
  const [who, setWho] = useState('')
  const [from, setFrom] = useState('')
  // Whoever hands over has done so: what is left to do after a refusal is the other half.
  const [ended, setEnded] = useState('')
  const today = isoDay(civil(serverNow(), zone))
  const whole = useQuery(recordQuery(unit, was.id))
  const posting = useQuery(kindQuery(kind))
  const record = whole.data?.record
  // The step that says until when, and nothing else.
  const ends = posting.data?.steps.find((it) => it.form.length === 1 && it.form[0]?.field === 'until')
  const hand = useMutation({
    mutationFn: async () => {
      if (!record || !ends) return
      if (!ended) {
        const body = { data: { until: dayBefore(from) } }
        await ask('POST', `${recordPath(unit, was.id)}/steps/${encodeURIComponent(ends.name)}`, {
          body,
          version: record.version,
          key: keyOf([was.id, body]),
        })
        setEnded(dayBefore(from))
      }
      const links = Object.fromEntries(
        Object.entries(record.links).flatMap(([link, it]) => (link === 'member' ? [] : [[link, it.id]])),
      )
      const body = {
        kind,
        data: { post: said(was, 'post'), from, grid, ...(said(was, 'team') ? { team: said(was, 'team') } : {}) },
        links: { ...links, member: who },
      }
      await ask('POST', `${unitPath(unit)}/records`, { body, key: beginKey(body) })
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['records', unit] })
      close()
    },
  })
  return (
    <form
      className="form grid-change"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (who && from) hand.mutate()
      }}
    >
      {hand.error ? <Refusal error={hand.error} /> : null}
      {ended ? <p role="status">{words.grid.halfDone(ended)}</p> : null}
      <div className="field">
        <label htmlFor={`${id}-who`}>{words.grid.successor}</label>
        <RecordPicker
          id={`${id}-who`}
          unit={unit}
          kind={member}
          value={who}
          upward
          onChange={(it) => setWho(it ?? '')}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-from`}>{words.rules.fromDay}</label>
        <TextInput
          id={`${id}-from`}
          type="date"
          className="narrow"
          min={today}
          value={from}
          disabled={ended !== ''}
          onChange={(event) => setFrom(event.target.value)}
        />
      </div>
      <p className="hint">{words.grid.changeHint}</p>
      <div className="form-foot">
        <Button onClick={close}>{words.form.cancel}</Button>
        <Button kind="primary" type="submit" busy={hand.isPending} disabled={!who || !from || !record}>
          {words.grid.handOver}
        </Button>
      </div>
    </form>
  )
}
