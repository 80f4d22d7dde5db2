/** The input of one field, by its type. Native controls where they do: they weigh nothing and speak to every screen reader. */

import { useQuery } from '@tanstack/react-query'
import { type ComponentProps, lazy, type ReactNode, Suspense, useId } from 'react'
import { kindsQuery, unitsQuery } from '@/api/ask'
import { fromLocal, toLocal } from '@/clock/local'
import { TextArea, TextInput } from '@/design/controls'
import { KeyCap, useAtDesk } from '@/design/KeyCap'
import { useText, useWords } from '@/words'
import type { Asked, Typed } from './model'
import { RecordPicker } from './RecordPicker'
import './form.css'

const FilesField = lazy(() => import('./FilesField'))

interface Props {
  field: Asked
  value: Typed
  fault?: string | undefined
  unit: string
  zone: string
  onChange: (value: Typed) => void
  /** The first field of a sheet takes the focus. */
  first?: boolean
}

export function Field({ field, value, fault, unit, zone, onChange, first = false }: Props) {
  const words = useWords()
  const text = useText()
  const id = useId()
  const many = field.type === 'choice' || field.type === 'choices' || field.type === 'bool'
  const hint = field.private ? words.form.private(text(field.private)) : ''
  const about = [fault ? `${id}-fault` : '', hint ? `${id}-hint` : ''].filter(Boolean).join(' ') || undefined
  const input = inputOf({ field, value, unit, zone, onChange, id, first, about, wrong: fault !== undefined })
  const title = (
    <>
      {text(field.title)}
      {field.required ? <span className="needed">{words.form.required}</span> : null}
    </>
  )
  return many ? (
    <fieldset className="field" aria-describedby={about}>
      <legend>{title}</legend>
      {input}
      <Below id={id} hint={hint} fault={fault} />
    </fieldset>
  ) : (
    <div className="field">
      <label htmlFor={id}>{title}</label>
      {input}
      <Below id={id} hint={hint} fault={fault} />
    </div>
  )
}

export function Below({ id, hint, fault }: { id: string; hint?: string; fault?: string | undefined }) {
  return (
    <>
      {hint ? (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      ) : null}
      {fault ? (
        <p id={`${id}-fault`} className="fault">
          {`– ${fault}`}
        </p>
      ) : null}
    </>
  )
}

interface Inner extends Pick<Props, 'field' | 'value' | 'unit' | 'zone' | 'onChange'> {
  id: string
  first: boolean
  about: string | undefined
  wrong: boolean
}

function inputOf(it: Inner): ReactNode {
  const { field, value, onChange, id, first, about, wrong, unit } = it
  const typed = typeof value === 'string' ? value : ''
  const common = {
    id,
    value: typed,
    autoFocus: first,
    'aria-describedby': about,
    'aria-invalid': wrong,
    'aria-required': field.required,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  }
  switch (field.type) {
    case 'long-text':
      return <TextArea {...common} />
    case 'phone':
      return <TextInput {...common} type="tel" autoComplete="off" className="narrow" />
    case 'int':
      return <TextInput {...common} inputMode="numeric" className="narrow" />
    case 'money':
      return <Amount {...common} of="yuan" />
    case 'ratio':
      return <Amount {...common} of="percent" />
    case 'bool':
      return <YesNo id={id} value={value} onChange={onChange} required={field.required} />
    case 'choice':
      return <OneOf id={id} field={field} value={typed} onChange={onChange} />
    case 'choices':
      return <SomeOf id={id} field={field} value={Array.isArray(value) ? value : []} onChange={onChange} />
    case 'day':
      return <TextInput {...common} type="date" className="narrow" />
    case 'moment':
    case 'instant':
      return <When {...it} typed={typed} />
    case 'member':
    case 'team':
      return <Registered {...it} role={field.type} typed={typed} />
    case 'unit':
      return <UnitOf id={id} value={typed} onChange={onChange} />
    case 'files':
    case 'signature':
      return (
        <Suspense>
          <FilesField field={field} unit={unit} value={value} onChange={onChange} id={id} />
        </Suspense>
      )
    default:
      return <TextInput {...common} autoComplete="off" />
  }
}

function Amount({ of, ...common }: { of: 'yuan' | 'percent' } & ComponentProps<typeof TextInput>) {
  const words = useWords()
  return <TextInput {...common} inputMode="decimal" unit={words.form[of]} className="narrow" />
}

/** One chip of several: a radio or checkbox whose label is the chip. */
export function Chip(props: {
  name: string
  type: 'radio' | 'checkbox'
  checked: boolean
  onPick: () => void
  children: ReactNode
  keys?: string
}) {
  return (
    <label className="pick">
      <input
        type={props.type}
        name={props.name}
        checked={props.checked}
        onChange={props.onPick}
        aria-keyshortcuts={props.keys}
        // A radio that is chosen can be taken back by pressing it again.
        onClick={() => props.type === 'radio' && props.checked && props.onPick()}
      />
      <span>{props.children}</span>
    </label>
  )
}

function YesNo({
  id,
  value,
  onChange,
  required,
}: {
  id: string
  value: Typed
  onChange: (it: Typed) => void
  required: boolean
}) {
  const words = useWords()
  const pick = (it: boolean) => () => onChange(value === it && !required ? null : it)
  return (
    <div className="picks">
      <Chip name={id} type="radio" checked={value === true} onPick={pick(true)}>
        {words.form.yes}
      </Chip>
      <Chip name={id} type="radio" checked={value === false} onPick={pick(false)}>
        {words.form.no}
      </Chip>
    </div>
  )
}

/** Up to eight choices are seen at once; more of them are a list. */
const AT_ONCE = 8

function OneOf({
  id,
  field,
  value,
  onChange,
}: {
  id: string
  field: Asked
  value: string
  onChange: (it: Typed) => void
}) {
  const words = useWords()
  const text = useText()
  const atDesk = useAtDesk()
  if (field.of.length > AT_ONCE) {
    return (
      <select
        id={id}
        className="select"
        value={value}
        aria-label={text(field.title)}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{words.form.choose}</option>
        {field.of.map((it) => (
          <option key={it.name} value={it.name}>
            {text(it.title)}
          </option>
        ))}
      </select>
    )
  }
  return (
    <div className="picks">
      {field.of.map((it) => (
        <Chip
          key={it.name}
          name={id}
          type="radio"
          checked={value === it.name}
          {...(atDesk && it.key ? { keys: it.key } : {})}
          onPick={() => onChange(value === it.name && !field.required ? '' : it.name)}
        >
          {text(it.title)}
          {it.key ? <KeyCap>{it.key}</KeyCap> : null}
        </Chip>
      ))}
    </div>
  )
}

function SomeOf({
  id,
  field,
  value,
  onChange,
}: {
  id: string
  field: Asked
  value: string[]
  onChange: (it: Typed) => void
}) {
  const text = useText()
  return (
    <div className="picks">
      {field.of.map((it) => (
        <Chip
          key={it.name}
          name={id}
          type="checkbox"
          checked={value.includes(it.name)}
          onPick={() =>
            onChange(value.includes(it.name) ? value.filter((name) => name !== it.name) : [...value, it.name])
          }
        >
          {text(it.title)}
        </Chip>
      ))}
    </div>
  )
}

/** A day, or a day with a time, in the unit's zone. */
function When({ field, typed, zone, id, about, onChange }: Inner & { typed: string }) {
  const words = useWords()
  const dayOnly = /^\d{4}-\d{2}-\d{2}$/.test(typed)
  const local = typed === '' ? '' : dayOnly ? typed : toLocal(Date.parse(typed), zone)
  return (
    <div className="when">
      <TextInput
        id={id}
        aria-describedby={about}
        className="narrow"
        type={dayOnly ? 'date' : 'datetime-local'}
        value={local}
        onChange={(event) => {
          const text = event.target.value
          onChange(text === '' ? '' : dayOnly ? text : (fromLocal(text, zone) ?? ''))
        }}
      />
      {field.type === 'moment' ? (
        <Chip
          name={`${id}-day`}
          type="checkbox"
          checked={dayOnly}
          onPick={() =>
            onChange(
              dayOnly
                ? (fromLocal(`${typed}T00:00`, zone) ?? '')
                : local.slice(0, 10) || toLocal(Date.now(), zone).slice(0, 10),
            )
          }
        >
          {words.form.dayOnly}
        </Chip>
      ) : null}
    </div>
  )
}

/** A member or a team: the records of the kind that registers them. */
function Registered({ role, typed, id, unit, onChange }: Inner & { role: 'member' | 'team'; typed: string }) {
  const { data: kinds = [] } = useQuery(kindsQuery)
  const kind = kinds.find((it) => it.role === role)
  if (!kind) return <TextInput id={id} value={typed} onChange={(event) => onChange(event.target.value)} />
  return (
    <RecordPicker id={id} unit={unit} kind={kind.kind} value={typed} upward onChange={(it) => onChange(it ?? '')} />
  )
}

function UnitOf({ id, value, onChange }: { id: string; value: string; onChange: (it: Typed) => void }) {
  const words = useWords()
  const { data: units = [] } = useQuery(unitsQuery)
  return (
    <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{words.form.choose}</option>
      {units.map((it) => (
        <option key={it.id} value={it.id}>
          {it.name}
        </option>
      ))}
    </select>
  )
}
