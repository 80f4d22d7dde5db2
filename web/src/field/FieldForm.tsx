/** A step on the phone: kept on the device with its photos first, then it says so; sending comes after. */

import { useMemo, useRef, useState } from 'react'
import { newKey } from '@/api/client'
import type { DutyOf, KindOf, StepOf } from '@/api/types'
import { serverNow } from '@/clock/ticker'
import { Button } from '@/design/controls'
import { SignaturePad } from '@/design/SignaturePad'
import { Below, Field } from '@/form/Field'
import { begin, faults, formOf, toData, type Values } from '@/form/model'
import { Sheet } from '@/form/Sheet'
import type { QueuedFile } from '@/offline/queue'
import { PhotoQueue, type Sending } from '@/photo/PhotoQueue'
import { shrink } from '@/photo/shrink'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { courier } from './work'

interface Props {
  duty: DutyOf
  kind: KindOf
  step: StepOf
  zone: string
  close: () => void
}

export function FieldForm({ duty, kind, step, zone, close }: Props) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const model = useMemo(() => formOf(kind, step), [kind, step])
  const [values, setValues] = useState<Values>(() => begin(model))
  const [files, setFiles] = useState<(Sending & { field: string })[]>([])
  const [found, setFound] = useState<Map<string, string>>(new Map())
  const keeping = useRef(false)
  // A large photo takes a moment to be made smaller; whoever submits meanwhile does not leave it behind.
  const latest = useRef(files)
  latest.current = files
  const preparing = useRef<Promise<void>>(Promise.resolve())

  const add = (field: string, all: readonly File[]) => {
    preparing.current = preparing.current.then(async () => {
      const fresh = await Promise.all(
        all.map(async (file) => ({
          id: newKey(),
          field,
          name: file.name,
          blob: await shrink(file),
          state: 'kept' as const,
        })),
      )
      latest.current = [...latest.current, ...fresh]
      setFiles(latest.current)
    })
  }
  const keep = async () => {
    if (keeping.current) return
    keeping.current = true
    await preparing.current
    const files = latest.current
    const named = Object.fromEntries(files.map((it) => [it.field, ['…']]))
    const wrong = faults(model, { ...values, ...named }, {}, words, text)
    setFound(wrong)
    if (wrong.size > 0) {
      keeping.current = false
      return
    }
    const now = new Date(serverNow()).toISOString()
    const queued = files.map(
      (it): QueuedFile => ({
        id: it.id,
        field: it.field,
        name: it.name,
        bytes: it.blob.size,
        takenAt: now,
        ...(model.fields.find((field) => field.name === it.field)?.type === 'signature' ? { one: true } : {}),
      }),
    )
    await courier.add(
      {
        id: newKey(),
        key: newKey(),
        unit: duty.unit,
        kind: kind.kind,
        record: duty.record.id,
        step: step.name,
        opens: false,
        title: `${text(step.title)} ${names.label(duty.record)}`,
        data: toData(model, values),
        links: {},
        occurredAt: now,
        files: queued,
        state: 'waiting',
        tries: 0,
        after: 0,
      },
      new Map(files.map((it) => [it.id, it.blob])),
    )
    close()
  }
  return (
    <Sheet title={text(step.title)} close={close}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void keep()
        }}
      >
        <p>
          <b>{names.place(duty.record)}</b> {names.label(duty.record)}
        </p>
        {model.fields.map((field) =>
          field.type === 'files' ? (
            <div key={field.name} className="field">
              <span>{text(field.title)}</span>
              <div>
                <PhotoQueue
                  all={files.filter((it) => it.field === field.name)}
                  onRetry={() => {}}
                  onRemove={(id) => setFiles((was) => was.filter((it) => it.id !== id))}
                />
                <label className="pick">
                  {/* The camera, not the gallery: proof is taken on the spot. */}
                  <input
                    type="file"
                    accept="image/*"
                    capture="environment"
                    aria-label={text(field.title)}
                    onChange={(event) => add(field.name, [...(event.target.files ?? [])])}
                  />
                  <span>{words.field.photo}</span>
                </label>
              </div>
              <Below id={field.name} fault={found.get(field.name)} />
            </div>
          ) : field.type === 'signature' ? (
            <div key={field.name} className="field">
              <span>{text(field.title)}</span>
              <SignaturePad
                label={text(field.title)}
                onChange={(drawn) =>
                  setFiles((was) => [
                    ...was.filter((it) => it.field !== field.name),
                    ...(drawn
                      ? [
                          {
                            id: newKey(),
                            field: field.name,
                            name: 'signature.png',
                            blob: drawn.image,
                            state: 'kept' as const,
                          },
                        ]
                      : []),
                  ])
                }
              />
              <Below id={field.name} fault={found.get(field.name)} />
            </div>
          ) : (
            <Field
              key={field.name}
              field={field}
              value={values[field.name] ?? null}
              fault={found.get(field.name)}
              unit={duty.unit}
              zone={zone}
              onChange={(value) => setValues((was) => ({ ...was, [field.name]: value }))}
            />
          ),
        )}
        <div className="form-foot">
          <Button onClick={close}>{words.form.cancel}</Button>
          <Button kind="primary" type="submit">
            {text(step.title)}
          </Button>
        </div>
      </form>
    </Sheet>
  )
}
