/** Finds a record of a kind by its number, name or room, in the unit or in those above it. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useId, useState } from 'react'
import { listQuery, recordQuery, unitsQuery } from '@/api/ask'
import type { RecordRow } from '@/api/types'
import { useWords } from '@/words'
import { useNames } from '@/words/names'
import { path } from './path'
import { useSettled } from './settled'

interface Props {
  id: string
  unit: string
  kind: string
  /** Id of the record. */
  value: string
  /** Looks in the units above as well. */
  upward?: boolean
  /** What is set is shown and not looked for again by passing over it: letters stay keys of the page, Enter or a click looks anew. */
  settles?: boolean
  onChange: (id: string | null, row?: RecordRow) => void
}

export function RecordPicker({ id, unit, kind, value, upward = false, settles = false, onChange }: Props) {
  const words = useWords()
  const list = useId()
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const [picked, setPicked] = useState('')
  const [anew, setAnew] = useState(false)
  const q = useSettled(typed.trim())
  const { data: units = [] } = useQuery(unitsQuery)
  const places = upward ? path(units, unit) : [unit]
  const found = useQueries({
    queries: places.map((place) => ({ ...listQuery(place, { kind, q, open: 'all', limit: 8 }), enabled: open })),
  })
  const rows = found.flatMap((it) => it.data?.records ?? []).slice(0, 12)
  const held = useQuery({ ...recordQuery(unit, value), enabled: value !== '' && picked === '', retry: false })
  const names = useNames()
  const name = picked || (held.data ? names.label(held.data.record) : '')

  const take = (row: RecordRow | undefined) => {
    if (!row) return
    setPicked(names.label(row))
    setTyped('')
    setOpen(false)
    setAnew(false)
    onChange(row.id, row)
  }
  const settled = settles && value !== '' && !anew
  const lookAnew = () => {
    setAnew(true)
    setOpen(true)
  }
  /** What was typed to look for another is no answer: what is set shows again. */
  const leave = () => {
    setOpen(false)
    setAnew(false)
    if (value) setTyped('')
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    if (settled) {
      if (!['Enter', 'ArrowDown', 'Backspace', 'Delete'].includes(event.key) || event.ctrlKey) return
      lookAnew()
    } else if (event.key === 'ArrowDown') setAt((it) => Math.min(rows.length - 1, it + 1))
    else if (event.key === 'ArrowUp') setAt((it) => Math.max(0, it - 1))
    else if (event.key === 'Enter' && !event.ctrlKey && open && rows[at]) {
      // Rows of the letters before are not what was typed.
      if (q === typed.trim()) take(rows[at])
    } else if (event.key === 'Escape' && open) leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="picker">
      <input
        id={id}
        className="picker-input"
        role="combobox"
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && rows[at] ? `${list}-${at}` : undefined}
        autoComplete="off"
        placeholder={words.form.pick}
        value={open || typed ? typed : value ? name : ''}
        readOnly={settled}
        onFocus={() => setOpen(!settled)}
        onClick={() => {
          if (settled) lookAnew()
        }}
        onBlur={leave}
        onKeyDown={press}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
          setOpen(true)
          if (event.target.value === '') {
            setPicked('')
            onChange(null)
          }
        }}
      />
      <div
        id={list}
        role="listbox"
        aria-label={words.form.pick}
        className="picker-list"
        hidden={!open || rows.length === 0}
      >
        {rows.map((row, index) => (
          <div
            key={row.id}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="omni-row"
            onPointerDown={(event) => {
              event.preventDefault()
              take(row)
            }}
          >
            <b>{names.label(row)}</b>
            {row.number.length < 36 ? <span className="quiet">{row.number}</span> : null}
          </div>
        ))}
      </div>
    </div>
  )
}
