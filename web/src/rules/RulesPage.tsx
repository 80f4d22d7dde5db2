/** What holds here: the packs with the active one, parameters with their values and from when, and the check of the journal. */

import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { unitsQuery } from '@/api/ask'
import { ask } from '@/api/client'
import type { Verified } from '@/api/types'
import { dayText } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { useText, useWords } from '@/words'
import '@/list/list.css'
import '@/score/score.css'
import { parametersQuery } from './ask'
import { Packs } from './Packs'
import { SetForm } from './SetForm'
import { Value } from './Value'
import './rules.css'

export function RulesPage() {
  const { unit = '' } = useParams({ strict: false })
  const words = useWords()
  return (
    <div className="rules">
      <h1>{words.rules.title}</h1>
      <Packs unit={unit} />
      <Check />
      <Parameters unit={unit} />
    </div>
  )
}

/** Replays every entry: rows, duties and tallies must come out as they stand. */
function Check() {
  const words = useWords()
  const run = useMutation({ mutationFn: () => ask<Verified>('POST', '/api/verify', { body: {} }) })
  return (
    <section className="card">
      <h2>{words.rules.journal}</h2>
      <p className="quiet small">{words.rules.journalHint}</p>
      {run.error ? <Refusal error={run.error} /> : null}
      {run.data ? (
        <p role="status">
          <b>{run.data.ok ? words.rules.sound : words.rules.faults(run.data.fault_count)}</b>{' '}
          {words.rules.replayed(run.data.entries, run.data.records)}
        </p>
      ) : null}
      <Button loading={run.isPending} onClick={() => run.mutate()}>
        {words.rules.verify}
      </Button>
    </section>
  )
}

function Parameters({ unit }: { unit: string }) {
  const words = useWords()
  const text = useText()
  const [q, setQ] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const found = useQuery(parametersQuery(unit))
  const named = (code: string) => units.find((it) => it.code === code)?.name ?? code
  const rows = (found.data?.parameters ?? []).filter((it) =>
    `${it.parameter} ${it.title.zh} ${it.title.en}`.toLowerCase().includes(q.trim().toLowerCase()),
  )
  return (
    <section className="card">
      <div className="row-between">
        <h2>{words.rules.parameters}</h2>
        <Input
          className="narrow"
          type="search"
          allowClear
          value={q}
          placeholder={words.list.search}
          aria-label={words.list.search}
          onChange={(event) => setQ(event.target.value)}
        />
      </div>
      {found.error ? <Refusal error={found.error} /> : null}
      {found.isPending ? <Skeleton /> : null}
      <table className="clauses">
        <thead>
          <tr>
            <th scope="col">{words.rules.parameter}</th>
            <th scope="col">{words.rules.value}</th>
            <th scope="col">{words.rules.usual}</th>
            <th scope="col">{words.rules.bounds}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {rows.map((it) => (
            <tr key={it.parameter}>
              <td>
                <Link to="/u/$unit/rules/$parameter" params={{ unit, parameter: it.parameter }}>
                  {text(it.title)}
                </Link>
                <br />
                <code className="quiet small">{it.parameter}</code>
              </td>
              <td>
                <b>
                  <Value unit={it.unit} value={it.value} />
                </b>
                {it.set.map((set) => (
                  <div key={`${set.unit}:${set.from}`} className="small quiet">
                    {words.rules.from(
                      dayText(set.from.slice(0, 10), serverNow(), zone, words),
                      set.value,
                      named(set.unit),
                    )}
                  </div>
                ))}
              </td>
              <td>{it.default}</td>
              <td className="small">{it.bounds ? it.bounds.join(' – ') : '—'}</td>
              <td>
                {chosen === it.parameter ? (
                  <SetForm unit={unit} it={it} close={() => setChosen(null)} />
                ) : (
                  <Button size="small" onClick={() => setChosen(it.parameter)}>
                    {words.rules.set}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
