/** The form of a step, drawn from the kind. What is typed survives a refusal, an ended session, a reload and somebody who was quicker. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import { kindsQuery, recordPath } from '@/api/ask'
import { ask } from '@/api/client'
import type { KindOf, RecordOf, StepOf, StepTaken } from '@/api/types'
import { fromLocal, toLocal } from '@/clock/local'
import { Button } from '@/design/controls'
import { KeyCap, useAtDesk } from '@/design/KeyCap'
import { Refusal } from '@/refusal/Refusal'
import { byField, isStale } from '@/refusal/refusal'
import { useLanguage, useText, useWords } from '@/words'
import { Cosign, type Signings, toSignatures, unsigned } from './Cosign'
import { useDraft } from './draft'
import { Below, Chip, Field } from './Field'
import { begin, faults, formOf, type LinkAsked, toData, type Values } from './model'
import { useOnceKey } from './once'
import { RecordPicker } from './RecordPicker'

interface Props {
  unit: string
  zone: string
  kind: KindOf
  step: StepOf
  /** Absent: the step opens a record. */
  record?: RecordOf
  /** What is filled in already, such as the words of the caller. */
  given?: Values
  givenLinks?: Record<string, string>
  /** Given: what was filled in goes there instead, as for many records at once; whether the form has done its work. */
  collect?: (content: Record<string, unknown>) => Promise<boolean>
  onDone: (taken: StepTaken) => void
  onCancel?: () => void
  /** Somebody was quicker: shows what is new and reads the version again. */
  onStale?: () => void
  /** The server did not take it: how the matter stands may be another than was thought. */
  onRefused?: () => void
  children?: ReactNode
}

interface Draft {
  values: Values
  links: Record<string, string>
  occurred: string
  signed?: Signings
}

export function StepForm(props: Props) {
  const { unit, zone, kind, step, record, given, givenLinks, onDone, collect, onCancel, onStale, onRefused, children } =
    props
  const words = useWords()
  const text = useText()
  const language = useLanguage()
  const queries = useQueryClient()
  const kinds = useQuery(kindsQuery)
  const keyOf = useOnceKey()
  const top = useRef<HTMLDivElement>(null)
  const id = useId()
  const atDesk = useAtDesk()
  const model = useMemo(() => formOf(kind, step), [kind, step])
  const [draft, setDraft, dropDraft] = useDraft<Draft>(`draft:${unit}:${record?.id ?? kind.kind}:${step.name}`, () => ({
    values: { ...begin(model, record?.data), ...given },
    links: { ...givenLinks },
    occurred: '',
  }))
  const [found, setFound] = useState<Map<string, string>>(new Map())
  const [other, setOther] = useState(draft.occurred !== '')

  const take = useMutation({
    mutationFn: async () => {
      const signatures = toSignatures(draft.signed ?? {}, record)
      const body = {
        data: toData(model, draft.values, record?.data),
        ...(Object.keys(draft.links).length > 0 ? { links: draft.links } : {}),
        ...(other && draft.occurred ? { occurred_at: draft.occurred } : {}),
        ...(signatures.length > 0 ? { signatures } : {}),
      }
      if (collect) return (await collect(body)) ? null : undefined
      const path = record
        ? `${recordPath(unit, record.id)}/steps/${encodeURIComponent(step.name)}`
        : `/api/units/${encodeURIComponent(unit)}/records`
      const sent = record ? body : { kind: kind.kind, ...body }
      return ask<StepTaken>('POST', path, {
        body: sent,
        key: keyOf([path, sent]),
        ...(record ? { version: record.version } : {}),
      })
    },
    onSuccess: (taken) => {
      if (taken !== undefined) dropDraft()
      if (taken) onDone(taken)
      void queries.invalidateQueries({
        predicate: (it) => !['me', 'units', 'kinds', 'kind', 'standards'].includes(String(it.queryKey[0])),
      })
    },
    onError: (error) => {
      setFound(byField(error, language))
      onRefused?.()
    },
  })

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong = faults(model, draft.values, draft.links, words, text)
    for (const who of unsigned(step, draft.signed ?? {}, record)) wrong.set(who, words.form.unsigned)
    setFound(wrong)
    if (wrong.size === 0) take.mutate()
  }

  const hasFaults = found.size > 0
  const failed = take.error
  useEffect(() => {
    if (hasFaults || failed) top.current?.scrollIntoView({ block: 'nearest' })
  }, [hasFaults, failed])

  // Where it is and what must be said stand in front; what else it hangs together with is rarely filled in.
  const places = (kinds.data ?? []).filter((it) => it.role === 'place').map((it) => it.kind)
  const early = model.links.filter((it) => it.required || places.includes(it.kind))
  const late = model.links.filter((it) => !early.includes(it))
  const linked = (link: LinkAsked) => (
    <div className="field" key={link.name}>
      <label htmlFor={`${id}-${link.name}`}>
        {text(link.title)}
        {link.required ? <span className="needed">{words.form.required}</span> : null}
      </label>
      <RecordPicker
        id={`${id}-${link.name}`}
        unit={unit}
        kind={link.kind}
        value={draft.links[link.name] ?? ''}
        upward
        onChange={(to) =>
          setDraft((was) => {
            const { [link.name]: _, ...rest } = was.links
            return { ...was, links: to ? { ...rest, [link.name]: to } : rest }
          })
        }
      />
      <Below id={`${id}-${link.name}`} fault={found.get(link.name)} />
    </div>
  )

  const nothing = model.fields.length === 0 && model.links.length === 0
  return (
    <form className="form" onSubmit={submit} noValidate>
      <div ref={top} aria-live="polite">
        {take.error ? (
          <Refusal error={take.error}>
            {isStale(take.error) && onStale ? <Button onClick={onStale}>{words.refusal.seeNew}</Button> : null}
          </Refusal>
        ) : hasFaults ? (
          <p className="fault">{words.refusal.fieldsAtFault(found.size)}</p>
        ) : null}
      </div>
      {children}
      {early.map(linked)}
      {model.fields.map((field, index) => (
        <Field
          key={field.name}
          field={field}
          value={draft.values[field.name] ?? null}
          fault={found.get(field.name)}
          unit={unit}
          zone={zone}
          first={index === 0 && early.length === 0}
          onChange={(value) => setDraft((was) => ({ ...was, values: { ...was.values, [field.name]: value } }))}
        />
      ))}
      {late.length > 0 ? (
        <details className="form-links" open={late.some((it) => draft.links[it.name] || found.has(it.name))}>
          <summary>{words.record.links}</summary>
          {late.map(linked)}
        </details>
      ) : null}
      <Cosign
        unit={unit}
        kind={kind}
        step={step}
        record={record}
        signings={draft.signed ?? {}}
        faults={found}
        onChange={(who, it) => setDraft((was) => ({ ...was, signed: { ...was.signed, [who]: it } }))}
      />
      {nothing || !atDesk ? null : (
        <div className="when">
          <Chip name={`${id}-other`} type="checkbox" checked={other} onPick={() => setOther(!other)}>
            {words.form.occurredOther}
          </Chip>
          {other ? (
            <input
              className="picker-input narrow"
              type="datetime-local"
              aria-label={words.form.occurred}
              value={draft.occurred ? toLocal(Date.parse(draft.occurred), zone) : ''}
              onChange={(event) => setDraft((was) => ({ ...was, occurred: fromLocal(event.target.value, zone) ?? '' }))}
            />
          ) : null}
        </div>
      )}
      <div className="form-foot">
        {onCancel ? <Button onClick={onCancel}>{words.form.cancel}</Button> : null}
        <Button kind="primary" type="submit" busy={take.isPending}>
          {text(step.title)}
        </Button>
        <KeyCap>Ctrl ↵</KeyCap>
      </div>
    </form>
  )
}
