/** What was not in order: a photo from the camera, a sentence, and it is on its way as a record of its own. */

import { useRef, useState } from 'react'
import { newKey } from '@/api/client'
import { newRecordId } from '@/api/id'
import type { ClauseOf, KindOf } from '@/api/types'
import { serverNow } from '@/clock/ticker'
import { Button, TextArea } from '@/design/controls'
import { Cameras, useCamera } from '@/field/camera'
import { courier } from '@/field/work'
import { Below, Field } from '@/form/Field'
import { type FormModel, faults, isEmpty, toData, type Values } from '@/form/model'
import { Sheet } from '@/form/Sheet'
import { Notice } from '@/refusal/Refusal'
import { useText, useWords } from '@/words'
import { findingData, findingForm } from './checklist'

interface Props {
  unit: string
  zone: string
  /** The kind that is walked through. */
  inspected: string
  standard: string
  clause: ClauseOf
  finding: KindOf
  close: () => void
  done: (said: string, record: string) => void
}

export function Failed({ unit, zone, inspected, standard, clause, finding, close, done }: Props) {
  const words = useWords()
  const text = useText()
  const form = findingForm(finding, inspected)
  const camera = useCamera()
  const [said, setSaid] = useState('')
  const [values, setValues] = useState<Values>(() => form?.begins ?? {})
  const [found, setFound] = useState<Map<string, string>>(new Map())
  const keeping = useRef(false)
  if (!form)
    return (
      <Sheet title={words.inspect.failed} close={close}>
        <Notice title={words.inspect.noFinding} />
      </Sheet>
    )
  const model: FormModel = { step: finding.open, fields: form.asks, links: [] }
  const keep = async () => {
    if (keeping.current) return
    const wrong = faults(model, values, {}, words, text)
    if (isEmpty(said)) wrong.set(form.words.name, words.form.fieldRequired(text(form.words.title)))
    setFound(wrong)
    if (wrong.size > 0) return
    keeping.current = true
    const at = serverNow()
    const now = new Date(at).toISOString()
    const { queued, blobs } = await camera.ready(now)
    const record = newRecordId(at)
    await courier.add(
      {
        id: newKey(),
        key: newKey(),
        unit,
        kind: finding.kind,
        record,
        step: finding.open.name,
        opens: true,
        title: `${clause.clause} ${text(clause.title)}`,
        data: {
          ...toData(model, values),
          ...findingData(form, finding, { standard, clause: clause.clause, said: said.trim(), now }),
        },
        links: {},
        occurredAt: now,
        files: queued,
        state: 'waiting',
        tries: 0,
        after: 0,
      },
      blobs,
    )
    done(said.trim(), record)
  }
  const follows = text(finding.duties[0]?.title)
  return (
    <Sheet title={words.inspect.failedTitle(clause.clause)} close={close}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void keep()
        }}
      >
        <p>
          <b>{text(clause.title)}</b>
        </p>
        {form.photos ? <Cameras camera={camera} field={form.photos.name} title={text(form.photos.title)} /> : null}
        <div className="field">
          <label htmlFor="inspect-said">
            {text(form.words.title)}
            <span className="needed">{words.form.required}</span>
          </label>
          <TextArea
            id="inspect-said"
            value={said}
            aria-required
            aria-invalid={found.has(form.words.name)}
            aria-describedby={found.has(form.words.name) ? 'inspect-said-fault' : undefined}
            onChange={(event) => setSaid(event.target.value)}
          />
          <Below id="inspect-said" fault={found.get(form.words.name)} />
        </div>
        {form.asks.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={values[field.name] ?? null}
            fault={found.get(field.name)}
            unit={unit}
            zone={zone}
            onChange={(value) => setValues((was) => ({ ...was, [field.name]: value }))}
          />
        ))}
        {follows ? <p className="hint">{words.inspect.follows(text(finding.title), follows)}</p> : null}
        <div className="form-foot">
          <Button onClick={close}>{words.form.cancel}</Button>
          <Button kind="primary" type="submit">
            {words.inspect.raise(text(finding.title))}
          </Button>
        </div>
      </form>
    </Sheet>
  )
}
