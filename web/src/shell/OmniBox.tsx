/** The one box: finds records by number, room, name or phone ending, or opens the intake with what was said. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, type Ref, useId, useState } from 'react'
import { listQuery } from '@/api/ask'
import type { RecordRow } from '@/api/types'
import { Clock } from '@/clock/Clock'
import { Glyph } from '@/design/Glyph'
import { KeyCap } from '@/design/KeyCap'
import { clockOf } from '@/duty/facts'
import { useSettled } from '@/form/settled'
import { useWords } from '@/words'
import { useNames } from '@/words/names'

export function OmniBox({ unit, zone, ref }: { unit: string; zone: string; ref: Ref<HTMLInputElement> }) {
  const words = useWords()
  const navigate = useNavigate()
  const list = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const [open, setOpen] = useState(false)
  const asked = typed.trim()
  const q = useSettled(asked)
  const names = useNames()
  const queries = useQueryClient()
  const ofText = (text: string) => listQuery(unit, { q: text, open: 'all', limit: 8 })
  const found = useQuery({ ...ofText(q), enabled: q.length > 1 && open })
  const rows = q.length > 1 ? (found.data?.records ?? []) : []
  const last = rows.length
  // What the rows below were found for is what stands in the box.
  const fresh = asked === q && found.data !== undefined && !found.isPlaceholderData

  const leave = () => {
    setOpen(false)
    setTyped('')
  }
  const go = (row: RecordRow | undefined, said: string) => {
    leave()
    if (row) void navigate({ to: '/u/$unit/$kind/$record', params: { unit, kind: row.kind, record: row.number } })
    else if (said) void navigate({ to: '/u/$unit/intake', params: { unit }, search: { said } })
  }
  const take = (index: number) => go(rows[index], asked)
  /** Whoever types and presses Enter at once means what he typed, not the rows of the letters before. */
  const enter = async () => {
    if (fresh || asked.length < 2) return take(at)
    const page = await queries.fetchQuery(ofText(asked)).catch(() => null)
    go(page?.records[0], asked)
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') setAt((it) => Math.min(last, it + 1))
    else if (event.key === 'ArrowUp') setAt((it) => Math.max(0, it - 1))
    else if (event.key === 'Enter' && asked) void enter()
    else if (event.key === 'Escape') {
      leave()
      event.currentTarget.blur()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const shown = open && q.length > 1
  return (
    <search className="omni">
      <Glyph name="search" />
      <input
        ref={ref}
        value={typed}
        placeholder={words.shell.box}
        aria-label={words.shell.boxLabel}
        aria-keyshortcuts="/"
        role="combobox"
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown ? `${list}-${at}` : undefined}
        autoComplete="off"
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
      />
      <KeyCap>/</KeyCap>
      <div id={list} role="listbox" aria-label={words.shell.results} className="omni-list" hidden={!shown}>
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
              take(index)
            }}
          >
            <span className="quiet">{names.kind(row.kind)}</span>
            <b>{names.label(row)}</b>
            <span className="quiet">{row.number.length < 36 ? row.number : ''}</span>
            {row.next ? <Clock facts={clockOf(row.next, row.waits)} zone={zone} /> : null}
          </div>
        ))}
        <div
          id={`${list}-${last}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === last}
          className="omni-row"
          onPointerDown={(event) => {
            event.preventDefault()
            take(last)
          }}
        >
          {fresh && rows.length === 0 ? <span className="quiet">{words.shell.nothing(q)}</span> : null}
          <b>{words.shell.openAsRecord('', asked)}</b>
        </div>
      </div>
    </search>
  )
}
