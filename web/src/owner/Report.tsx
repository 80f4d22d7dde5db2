/** S11: a report in three taps besides the words: the kind, a photo, submit. Without a signal it is kept on the phone and sent later. */

import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useMemo, useRef, useState } from 'react'
import { kindQuery, kindsQuery, recordQuery } from '@/api/ask'
import { ask, newKey } from '@/api/client'
import { sendFile } from '@/api/files'
import { newRecordId } from '@/api/id'
import type { KindOf, StepTaken } from '@/api/types'
import { serverNow } from '@/clock/ticker'
import { Button, TextArea } from '@/design/controls'
import { Glyph } from '@/design/Glyph'
import { courier } from '@/field/work'
import { useDraft } from '@/form/draft'
import { Below, Chip, Field } from '@/form/Field'
import { type Asked, begin, faults, formOf, toData, type Values } from '@/form/model'
import { placeLink } from '@/intake/kinds'
import { guess } from '@/intake/said'
import type { QueuedFile } from '@/offline/queue'
import { PhotoQueue, type Sending } from '@/photo/PhotoQueue'
import { shrink } from '@/photo/shrink'
import { Refusal } from '@/refusal/Refusal'
import { byField, isOffline } from '@/refusal/refusal'
import { useLanguage, useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { type Customer, Danger, Head } from './OwnerApp'
import { asks, linkOf } from './offer'
import { go } from './where'

export function Report({ customer, kind: name }: { customer: Customer; kind: string }) {
  const kind = useQuery(kindQuery(name))
  const own = useQuery(recordQuery(customer.unit, customer.party))
  if (kind.error) return <Refusal error={kind.error} />
  if (own.error) return <Refusal error={own.error} />
  if (!kind.data || !own.data) return null
  const [home] = Object.values(own.data.record.links)
  return <ReportForm key={name} customer={customer} kind={kind.data} home={home} />
}

function ReportForm(props: { customer: Customer; kind: KindOf; home: { id: string; label?: string } | undefined }) {
  const { customer, kind, home } = props
  const words = useWords()
  const text = useText()
  const language = useLanguage()
  const names = useNames()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const model = useMemo(() => formOf(kind, kind.open), [kind])
  const { words: said, photos, first, more, given } = useMemo(() => asks(model, kind), [model, kind])
  const [values, setValues, dropDraft] = useDraft<Values>(`owner:${kind.kind}`, () => ({ ...begin(model), ...given }))
  const [files, setFiles] = useState<Sending[]>([])
  const [found, setFound] = useState<Map<string, string>>(new Map())
  const [failed, setFailed] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [id] = useState(() => newRecordId(serverNow()))
  const [key] = useState(newKey)
  const touched = useRef(new Set<string>())
  const top = useRef<HTMLDivElement>(null)
  const set = (field: Asked, value: Values[string]) => {
    touched.current.add(field.name)
    setValues((was) => ({ ...was, [field.name]: value }))
  }

  /** What can be read from his words is filled in until he says otherwise. */
  const say = (it: string) => {
    if (!said) return
    setValues((was) => {
      const next: Values = { ...was, [said.name]: it }
      for (const field of first) {
        const heard = field.type === 'choice' && !touched.current.has(field.name) ? guess(it, field.of) : null
        if (heard) next[field.name] = heard
      }
      return next
    })
  }
  const add = async (all: readonly File[]) => {
    const fresh = await Promise.all(
      all.map(
        async (file): Promise<Sending> => ({ id: newKey(), name: file.name, blob: await shrink(file), state: 'kept' }),
      ),
    )
    setFiles((was) => [...was, ...fresh].slice(0, photos?.max ?? 9))
  }

  const link = linkOf(kind.open)
  const place = placeLink(kind, kinds)
  const links = {
    ...(link ? { [link]: customer.party } : {}),
    ...(place && home ? { [place]: home.id } : {}),
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const filled = photos && files.length > 0 ? { [photos.name]: ['…'] } : {}
    const needed = { ...model, links: model.links.filter((it) => it.name in links) }
    const wrong = faults(needed, { ...values, ...filled }, links, words, text)
    setFound(wrong)
    setFailed(null)
    if (wrong.size > 0) return
    setBusy(true)
    try {
      await hand()
    } catch (error) {
      setFailed(error)
      setFound(byField(error, language))
    } finally {
      setBusy(false)
    }
  }
  const hand = async () => {
    const data = toData(model, values)
    const now = new Date(serverNow()).toISOString()
    try {
      const digests: string[] = []
      for (const it of files) digests.push(await sendFile(customer.unit, it.blob, it.name))
      const taken = await ask<StepTaken>('POST', `/api/units/${encodeURIComponent(customer.unit)}/records`, {
        body: {
          kind: kind.kind,
          id,
          data: photos && digests.length > 0 ? { ...data, [photos.name]: digests } : data,
          links,
        },
        key,
      })
      dropDraft()
      go({ page: 'matter', record: taken.record.number }, true)
    } catch (error) {
      if (!isOffline(error)) throw error
      await courier.add(
        {
          id: newKey(),
          key,
          unit: customer.unit,
          kind: kind.kind,
          record: id,
          step: kind.open.name,
          opens: true,
          title: `${text(kind.title)} ${typeof values[said?.name ?? ''] === 'string' ? values[said?.name ?? ''] : ''}`,
          data,
          links,
          occurredAt: now,
          files: files.map(
            (it): QueuedFile => ({
              id: it.id,
              field: photos?.name ?? '',
              name: it.name,
              bytes: it.blob.size,
              takenAt: now,
            }),
          ),
          state: 'waiting',
          tries: 0,
          after: 0,
        },
        new Map(files.map((it) => [it.id, it.blob])),
      )
      dropDraft()
      go({ page: 'home' }, true)
    }
  }
  const wrong = found.size > 0 || failed !== null
  useEffect(() => {
    if (wrong) top.current?.scrollIntoView({ block: 'nearest' })
  }, [wrong])

  const input = (field: Asked) =>
    // What must be said has happened already, or has a day of its own: only what may be left out can be "as soon as possible".
    field.type === 'moment' && !field.required ? (
      <WhenToCome
        key={field.name}
        field={field}
        value={values[field.name] ?? ''}
        zone={customer.zone}
        unit={customer.unit}
        fault={found.get(field.name)}
        onChange={(value) => set(field, value)}
      />
    ) : (
      <Field
        key={field.name}
        field={field}
        value={values[field.name] ?? null}
        fault={found.get(field.name)}
        unit={customer.unit}
        zone={customer.zone}
        onChange={(value) => set(field, value)}
      />
    )
  return (
    <form className="owner-form" noValidate onSubmit={(event) => void submit(event)}>
      <Head title={said ? words.owner.newTitle(text(kind.title)) : text(kind.title)}>
        <p className="quiet">
          {customer.unitName} {home?.label ? names.label({ label: home.label }) : ''}
        </p>
      </Head>
      <div ref={top} aria-live="polite">
        {failed ? (
          <Refusal error={failed} />
        ) : found.size > 0 ? (
          <p className="fault">{words.refusal.fieldsAtFault(found.size)}</p>
        ) : null}
      </div>
      {said ? (
        <div className="owner-said">
          <label htmlFor="said">{text(said.title)}</label>
          <TextArea
            id="said"
            rows={3}
            placeholder={words.owner.saidHint}
            aria-invalid={found.has(said.name)}
            value={String(values[said.name] ?? '')}
            onChange={(event) => say(event.target.value)}
          />
          <Below id="said" fault={found.get(said.name)} />
        </div>
      ) : null}
      {photos ? (
        <div className="owner-photos">
          <PhotoQueue
            all={files}
            onRetry={() => {}}
            onRemove={(gone) => setFiles((was) => was.filter((it) => it.id !== gone))}
          />
          <label className="pick owner-camera">
            <input
              type="file"
              accept="image/*"
              multiple
              aria-label={text(photos.title)}
              onChange={(event) => {
                void add([...(event.target.files ?? [])])
                event.target.value = ''
              }}
            />
            <span>
              <Glyph name="camera" size={24} /> {words.owner.addPhoto}
            </span>
          </label>
          <Below id="photos" hint={words.owner.photoHint} fault={found.get(photos.name)} />
        </div>
      ) : null}
      {first.map(input)}
      {more.length > 0 ? (
        <details className="owner-more" open={more.some((it) => found.has(it.name))}>
          <summary>{words.owner.more}</summary>
          {more.map(input)}
        </details>
      ) : null}
      {said ? <Danger /> : null}
      <div className="owner-bar">
        <Button kind="primary" type="submit" wide busy={busy}>
          {words.owner.submit}
        </Button>
      </div>
    </form>
  )
}

/** As soon as it can be, or a time that he chooses. */
function WhenToCome(props: {
  field: Asked
  value: Values[string]
  unit: string
  zone: string
  fault: string | undefined
  onChange: (value: Values[string]) => void
}) {
  const { field, value, unit, zone, fault, onChange } = props
  const words = useWords()
  const text = useText()
  const [chosen, setChosen] = useState(value !== '')
  return (
    <fieldset className="field">
      <legend>{text(field.title)}</legend>
      <div className="picks">
        <Chip
          name={field.name}
          type="radio"
          checked={!chosen}
          onPick={() => {
            setChosen(false)
            onChange('')
          }}
        >
          {words.owner.soon}
        </Chip>
        <Chip name={field.name} type="radio" checked={chosen} onPick={() => setChosen(true)}>
          {words.owner.chooseTime}
        </Chip>
      </div>
      {chosen ? <Field field={field} value={value} fault={fault} unit={unit} zone={zone} onChange={onChange} /> : null}
    </fieldset>
  )
}
