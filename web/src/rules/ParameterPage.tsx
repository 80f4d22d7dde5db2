/** One parameter: what the pack says, within which bounds, and every value that a company, region or project set from a day on. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { everyRow, kindsQuery, recordQuery, unitsQuery } from '@/api/ask'
import type { RecordRow, WholeRecord } from '@/api/types'
import { civil, dayText, isoDay, when } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { path } from '@/form/path'
import { Skeleton } from '@/mine/HomePage'
import { Notice, Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useText, useWords } from '@/words'
import { parametersQuery } from './ask'
import { below, history, type SetValue } from './history'
import { SetForm } from './SetForm'
import { Value } from './Value'
import '@/list/list.css'
import '@/score/score.css'
import './rules.css'

/** Units that are asked for what they set: one question each. */
const UNITS = 60

export function ParameterPage() {
  const { unit = '', parameter = '' } = useParams({ strict: false })
  const words = useWords()
  const text = useText()
  const me = useMe()
  const { data: units = [] } = useQuery(unitsQuery)
  const { data: kinds = [] } = useQuery(kindsQuery)
  const found = useQuery(parametersQuery(unit))
  const it = found.data?.parameters.find((one) => one.parameter === parameter)
  const kind = kinds.find((one) => one.role === 'override')?.kind
  // Whoever stands somewhere reads there and below; further up he knows the value alone.
  const stands = new Set(me?.units?.map((one) => one.code))
  const reads = (code: string) => me === null || path(units, code).some((one) => stands.has(one))
  const theirs = below(units, unit)
  const readable = [...path(units, unit).slice(1), ...theirs].filter(reads)
  const asked = readable.slice(0, UNITS)
  const rows = useQueries({
    queries: asked.map((code) => ({
      queryKey: ['records', code, 'parameters', kind],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        everyRow(code, { kind, open: 'all', fields: 'parameter,value,from,reason' }, signal),
      enabled: kind !== undefined && units.length > 0,
      staleTime: 10_000,
    })),
    combine: (all) => new Map(all.map((one, at): [string, RecordRow[]] => [asked[at] ?? '', one.data ?? []])),
  })
  const zone = units.find((one) => one.code === unit)?.zone ?? 'Asia/Shanghai'
  const now = serverNow()
  const all = it ? history(it, rows, units, isoDay(civil(now, zone))) : []
  const kept = all.filter((one) => one.record !== null)
  const records = useQueries({
    queries: kept.map((one) => ({ ...recordQuery(one.unit, one.record ?? ''), staleTime: Number.POSITIVE_INFINITY })),
    combine: (found) => new Map(found.flatMap((one) => (one.data ? [[one.data.record.id, one.data]] : []))),
  }) as Map<string, WholeRecord>
  if (found.error) return <Refusal error={found.error} />
  if (found.isPending) return <Skeleton />
  if (!it) return <Notice title={words.rules.noParameter} />
  const value = (one: string) => <Value unit={it.unit} value={one} />
  const looser = it.looser === 'higher' || it.looser === 'lower' ? words.rules.looser[it.looser] : ''
  return (
    <div className="rules">
      <p>
        <Link to="/u/$unit/rules" params={{ unit }}>
          {words.rules.title}
        </Link>
      </p>
      <h1>
        {text(it.title)} <code className="quiet small">{it.parameter}</code>
      </h1>
      <section className="card" aria-label={words.rules.value}>
        <dl className="rules-facts">
          <div>
            <dt>{words.rules.value}</dt>
            <dd>
              <b>{value(it.value)}</b>
            </dd>
          </div>
          <div>
            <dt>{words.rules.usual}</dt>
            <dd>{value(it.default)}</dd>
          </div>
          <div>
            <dt>{words.rules.bounds}</dt>
            <dd>
              {it.bounds?.map((one, at) => (
                <span key={one}>
                  {at > 0 ? ' – ' : ''}
                  {value(one)}
                </span>
              )) ?? '—'}
            </dd>
          </div>
        </dl>
        {looser ? <p className="small quiet">{looser}</p> : null}
      </section>
      <section className="card">
        <h2>{words.rules.history}</h2>
        {all.length === 0 ? <p className="quiet">{words.rules.neverSet}</p> : null}
        {all.length > 0 ? (
          <div className="rules-wide" tabIndex={0} role="region" aria-label={words.rules.history}>
            <table className="clauses">
              <thead>
                <tr>
                  <th scope="col">{words.rules.where}</th>
                  <th scope="col">{words.rules.setTo}</th>
                  <th scope="col">{words.rules.fromDay}</th>
                  <th scope="col">{words.rules.stands}</th>
                  <th scope="col">{words.rules.setBy}</th>
                  <th scope="col">{words.form.reason}</th>
                </tr>
              </thead>
              <tbody>
                {all.map((one) => (
                  <tr key={`${one.unit}:${one.from}:${one.record ?? one.value}`}>
                    <td>{units.find((unit) => unit.code === one.unit)?.name ?? one.unit}</td>
                    <td>{value(one.value)}</td>
                    <td className="num">{dayText(one.from, now, zone, words)}</td>
                    <td>
                      <span className={one.stands === 'now' ? 'chip chip-state' : 'chip'}>
                        {words.rules.standing[one.stands]}
                      </span>
                    </td>
                    <td>
                      <By it={one} whole={records.get(one.record ?? '')} zone={zone} />
                    </td>
                    <td className="rules-reason">{one.reason || '—'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : null}
        {readable.length > asked.length ? (
          <p className="small quiet">{words.rules.notAsked(readable.length - asked.length)}</p>
        ) : null}
      </section>
      <section className="card" aria-label={words.rules.set}>
        <h2>{words.rules.set}</h2>
        <p className="small quiet">{words.rules.setHint}</p>
        <SetForm key={it.parameter} unit={unit} units={units.filter((one) => theirs.includes(one.code))} it={it} />
      </section>
    </div>
  )
}

/** Who set it and when, as far as one may read the record that keeps it. */
function By({ it, whole, zone }: { it: SetValue; whole: WholeRecord | undefined; zone: string }) {
  const words = useWords()
  if (!it.record) return <span className="quiet">{words.rules.setAbove}</span>
  if (!whole) return null
  return (
    <Link to="/u/$unit/r/$record" params={{ unit: it.unit, record: it.record }}>
      {whole.record.creator?.name ?? words.record.withSystem}{' '}
      <span className="small">{when(Date.parse(whole.record.opened_at), serverNow(), zone, words)}</span>
    </Link>
  )
}
