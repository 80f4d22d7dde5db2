/** S7: the grid as it stands. Buildings as floors of homes, told by fill, border and sign; the number says how many matters are open. */

import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { everyRow, kindQuery, kindsQuery, listQuery } from '@/api/ask'
import type { KindOf, RecordRow } from '@/api/types'
import { Chip } from '@/form/Field'
import { everyday } from '@/intake/kinds'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { buildings, type Place, placed } from './floors'
import '@/form/form.css'
import './map.css'

const FIELDS = 'code,building,entrance,floor,room'

export function MapPage() {
  const { unit = '' } = useParams({ strict: false })
  const { data: kinds = [] } = useQuery(kindsQuery)
  const place = kinds.find((it) => it.role === 'place')?.kind
  const kind = useQuery({ ...kindQuery(place ?? ''), enabled: place !== undefined })
  return kind.data ? <Floors unit={unit} kind={kind.data} /> : <Skeleton />
}

function Floors({ unit, kind }: { unit: string; kind: KindOf }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const fields = FIELDS.split(',')
    .filter((it) => kind.fields.some((field) => field.name === it))
    .join(',')
  const places = useQuery({
    queryKey: ['records', unit, 'map', kind.kind],
    queryFn: ({ signal }) => everyRow(unit, { kind: kind.kind, open: 'all', fields }, signal),
    staleTime: 60_000,
  })
  const { data: kinds = [] } = useQuery(kindsQuery)
  const links = useMatters(unit, kind.kind)
  const all = useMemo(() => (places.data ?? []).map((row) => placed(row, names.label(row))), [places.data, names])
  const shown = buildings(all)
  const [building, setBuilding] = useState<string | null>(null)
  const [chosen, setChosen] = useState<Place | null>(null)
  const at = shown.find((it) => it.name === building) ?? shown[0]
  const count = (state: string) => all.filter((it) => it.row.state === state).length
  // The usual state is plain, the rarer ones are told by their fill and border.
  const order = kind.states.map((it) => it.name).sort((a, b) => count(b) - count(a))
  const title = (state: string) => text(kind.states.find((it) => it.name === state)?.title)
  const matters = (id: string) => links.filter((it) => it.to === id).map((it) => it.row)
  return (
    <div className="map">
      <h1>
        {words.map.title} <small className="quiet">{words.map.homes(all.length)}</small>
      </h1>
      {places.error ? <Refusal error={places.error} /> : null}
      {places.isPending ? <Skeleton /> : null}
      <div className="picks" role="group" aria-label={words.map.building}>
        {shown.map((it) => (
          <Chip
            key={it.name}
            name="building"
            type="radio"
            checked={it.name === at?.name}
            onPick={() => setBuilding(it.name)}
          >
            {words.map.numbered(it.name)}
          </Chip>
        ))}
      </div>
      <p className="map-legend small">
        {order.map((state, index) =>
          count(state) > 0 ? (
            <span key={state}>
              <i className={`cell cell-${index % 5}`} aria-hidden="true" /> {title(state)} <b>{count(state)}</b>
            </span>
          ) : null,
        )}
        <span>
          <i className="cell" aria-hidden="true">
            2
          </i>{' '}
          {words.map.open}
        </span>
      </p>
      <div className="map-split">
        <div className="map-scroll card">
          {at ? (
            <table className="floors" aria-label={words.map.numbered(at.name)}>
              <tbody>
                {at.floors.map(({ floor, places }) => (
                  <tr key={floor}>
                    <th scope="row">{words.map.floor(floor)}</th>
                    {places.map((it) => {
                      const open = matters(it.row.id).length
                      return (
                        <td key={it.row.id}>
                          <button
                            type="button"
                            className={`cell cell-${order.indexOf(it.row.state) % 5}`}
                            aria-pressed={chosen?.row.id === it.row.id}
                            onClick={() => setChosen(it)}
                          >
                            <span aria-hidden="true">{it.entrance ? `${it.entrance}-${it.room}` : it.room}</span>
                            {open > 0 ? <b aria-hidden="true">{open}</b> : null}
                            <span className="unseen">
                              {words.map.cell(names.label(it.row), title(it.row.state), open)}
                            </span>
                          </button>
                        </td>
                      )
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          ) : null}
        </div>
        <aside className="card">
          {chosen ? (
            <>
              <h2>{names.label(chosen.row)}</h2>
              <p>{title(chosen.row.state)}</p>
              <p>
                <Link to="/u/$unit/$kind/$record" params={{ unit, kind: kind.kind, record: chosen.row.number }}>
                  {words.home.open}
                </Link>
              </p>
              <h3>{words.intake.openMatters(matters(chosen.row.id).length)}</h3>
              <ul>
                {matters(chosen.row.id).map((row) => (
                  <li key={row.id}>
                    <Link to="/u/$unit/$kind/$record" params={{ unit, kind: row.kind, record: row.number }}>
                      {text(kinds.find((it) => it.kind === row.kind)?.title)} {names.label(row)}
                    </Link>
                  </li>
                ))}
              </ul>
            </>
          ) : (
            <p className="quiet">{words.map.choose}</p>
          )}
        </aside>
      </div>
    </div>
  )
}

/** Open matters of customers with the place that they lead to. */
function useMatters(unit: string, place: string): { row: RecordRow; to: string }[] {
  const { data: kinds = [] } = useQuery(kindsQuery)
  const first = everyday(kinds)[0]?.kind
  const { data: kind } = useQuery({ ...kindQuery(first ?? ''), enabled: first !== undefined })
  const link = kind?.links.find((it) => it.kind === place)?.name
  const { data } = useQuery({
    ...listQuery(unit, { open: 'true', fields: link, limit: 200 }),
    enabled: link !== undefined,
  })
  return (data?.records ?? []).flatMap((row) => {
    const to = link && row.number.length < 36 ? row.links?.[link]?.id : undefined
    return to ? [{ row, to }] : []
  })
}
