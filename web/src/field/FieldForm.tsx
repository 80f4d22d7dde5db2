/** A step on the phone: kept on the device with its photos first, then it says so; sending comes after. */

import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'
import { recordQuery } from '@/api/ask'
import { newKey } from '@/api/client'
import type { DutyOf, KindOf, StepOf } from '@/api/types'
import { serverNowAfter } from '@/clock/ticker'
import { Button } from '@/design/controls'
import { SignaturePad } from '@/design/SignaturePad'
import { Cosign, type Signings, toSignatures, unsigned } from '@/form/Cosign'
import { Below, Field } from '@/form/Field'
import { begin, faults, formOf, toData, type Values } from '@/form/model'
import { Sheet } from '@/form/Sheet'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { Cameras, useCamera } from './camera'
import { type Drawn, HandOver } from './HandOver'
import { readAs, receiverOf } from './receiver'
import { courier } from './work'

interface Props {
  duty: DutyOf
  kind: KindOf
  step: StepOf
  zone: string
  /** What stands in the form already. */
  given?: Values
  close: () => void
  /** It is safe on the device. */
  kept?: () => void
}

export function FieldForm({ duty, kind, step, zone, given, close, kept }: Props) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const model = useMemo(() => formOf(kind, step), [kind, step])
  const [values, setValues] = useState<Values>(() => ({ ...begin(model), ...given }))
  const camera = useCamera()
  const [found, setFound] = useState<Map<string, string>>(new Map())
  const [signings, setSignings] = useState<Signings>({})
  const [drawn, setDrawn] = useState<Drawn | null>(null)
  // Kept on the phone since the job was on top: who is there to sign is known without a signal.
  const { data: whole } = useQuery(recordQuery(duty.unit, duty.record.id))
  const record = whole?.record
  const asked = useMemo(() => receiverOf(kind, step, model), [kind, step, model])
  const receiver = asked && record?.links[asked.link] ? asked : null
  const others = { ...step, cosign: step.cosign.filter((it) => it.who !== receiver?.who) }
  const data = toData(model, values)
  const keeping = useRef(false)

  const keep = async () => {
    if (keeping.current) return
    keeping.current = true
    const named = Object.fromEntries((await camera.filled()).map((it) => [it, ['…']]))
    const wrong = faults(model, { ...values, ...named }, {}, words, text)
    for (const who of unsigned(step, signings, record)) wrong.set(who, words.form.unsigned)
    if (receiver && drawn && drawn.read !== readAs(data)) wrong.set(receiver.field, words.field.signedOther)
    setFound(wrong)
    if (wrong.size > 0) {
      keeping.current = false
      return
    }
    const now = new Date(serverNowAfter(duty.record.opened_at)).toISOString()
    const { queued, blobs } = await camera.ready(
      now,
      (name) => model.fields.find((field) => field.name === name)?.type === 'signature',
    )
    const signatures = toSignatures(signings, record)
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
        data,
        links: {},
        ...(signatures.length > 0 ? { signatures } : {}),
        occurredAt: now,
        files: queued,
        state: 'waiting',
        tries: 0,
        after: 0,
      },
      blobs,
    )
    close()
    kept?.()
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
            <div key={field.name}>
              <Cameras camera={camera} field={field.name} title={text(field.title)} />
              <Below id={field.name} fault={found.get(field.name)} />
            </div>
          ) : field.name === receiver?.field ? (
            <HandOver
              key={field.name}
              kind={kind}
              model={model}
              data={data}
              zone={zone}
              about={duty.record}
              name={names.label({ label: record?.links[receiver.link]?.label ?? text(field.title) })}
              signed={signings[receiver.who] ?? {}}
              drawn={drawn}
              fault={found.get(field.name) ?? found.get(receiver.who)}
              onChange={(signed, name) => {
                setSignings((was) => ({ ...was, [receiver.who]: signed }))
                setDrawn(name)
                camera.put(field.name, name?.image ?? null, 'signature.png')
              }}
            />
          ) : field.type === 'signature' ? (
            <div key={field.name} className="field">
              <span>{text(field.title)}</span>
              <SignaturePad
                label={text(field.title)}
                onChange={(drawn) => camera.put(field.name, drawn?.image ?? null, 'signature.png')}
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
        {others.cosign.length > 0 && !courier.queue.online ? (
          <p className="hint">{words.field.signerNeedsSignal}</p>
        ) : null}
        <Cosign
          unit={duty.unit}
          kind={kind}
          step={others}
          record={record}
          signings={signings}
          faults={found}
          onChange={(who, it) => setSignings((was) => ({ ...was, [who]: it }))}
        />
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
