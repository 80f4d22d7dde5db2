/** S2, a call: one box for the words of the caller; kind, place and choices are read from them and corrected by a key. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useEffect, useMemo, useRef, useState } from 'react'
import { kindQuery, kindsQuery, recordPath, unitsQuery } from '@/api/ask'
import { ask } from '@/api/client'
import type { KindOf, KindRow, RecordRow, StepTaken } from '@/api/types'
import { KeyCap } from '@/design/KeyCap'
import { useDraft } from '@/form/draft'
import { Chip, Field } from '@/form/Field'
import { begin, faults, formOf, isEmpty, toData, type Values } from '@/form/model'
import { useOnceKey } from '@/form/once'
import { RecordPicker } from '@/form/RecordPicker'
import { useKeys } from '@/keys/keys'
import { Refusal } from '@/refusal/Refusal'
import { byField } from '@/refusal/refusal'
import { useLanguage, useText, useWords } from '@/words'
import { CallerCard } from './CallerCard'
import { Known } from './Known'
import { causeLink, choiceFields, placeLink, takeable, wordsField } from './kinds'
import { choiceKeys } from './letters'
import { type Parked, park, parked } from './parked'
import { guess, heard } from './said'
import './intake.css'

export function IntakePage() {
  const { unit = '' } = useParams({ strict: false })
  const words = useWords()
  const search = useSearch({ strict: false }) as { said?: unknown }
  const kinds = useQuery(kindsQuery)
  const can = takeable(kinds.data ?? [])
  const [chosen, setChosen] = useState<string | null>(null)
  const name = chosen ?? can[0]?.kind
  const kind = useQuery({ ...kindQuery(name ?? ''), enabled: name !== undefined })
  const [call, setCall] = useState(0)
  const [resumed, setResumed] = useState<Parked | null>(null)
  if (kinds.error) return <Refusal error={kinds.error} />
  if (kinds.data && can.length === 0) return <p className="quiet">{words.intake.noKinds}</p>
  if (!kind.data) return null
  return (
    <Call
      key={`${unit}:${call}`}
      unit={unit}
      kinds={can}
      all={kinds.data ?? []}
      kind={kind.data}
      said={String(search.said ?? '')}
      resumed={resumed}
      onKind={setChosen}
      onNext={(it) => {
        setResumed(it)
        if (it) setChosen(it.kind)
        setCall(call + 1)
      }}
    />
  )
}

/** What was heard so far. */
interface Heard {
  said: string
  home: string
  /** The event that it belongs to. */
  cause?: string
  /** What a person set: a guess never overwrites it. */
  set: Values
}

interface CallProps {
  unit: string
  kinds: KindRow[]
  all: KindRow[]
  kind: KindOf
  said: string
  resumed: Parked | null
  onKind: (kind: string) => void
  onNext: (resume: Parked | null) => void
}

function Call({ unit, kinds, all, kind, said: first, resumed, onKind, onNext }: CallProps) {
  const words = useWords()
  const text = useText()
  const language = useLanguage()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const keyOf = useOnceKey()
  const { data: units = [] } = useQuery(unitsQuery)
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const box = useRef<TextAreaRef>(null)
  // What is heard outlives the back button and a reload; words that come with the address, or a call that was parked, begin anew.
  const [draft, setDraft, dropDraft] = useDraft<Heard>(
    `draft:${unit}:intake`,
    () => ({
      said: resumed?.said ?? first,
      home: resumed?.home ?? '',
      cause: resumed?.cause ?? '',
      set: resumed?.values ?? {},
    }),
    first || resumed ? 'first' : 'kept',
  )
  const { said, home, set, cause = '' } = draft
  const setSaid = (it: string) => setDraft((was) => ({ ...was, said: it }))
  const setHome = (it: string) => setDraft((was) => ({ ...was, home: it }))
  const [row, setRow] = useState<RecordRow | null>(null)
  const [found, setFound] = useState<Map<string, string>>(new Map())
  const [waiting, setWaiting] = useState<Parked[]>(parked)

  const model = useMemo(() => formOf(kind, kind.open), [kind])
  const told = heard(said)
  const place = placeLink(kind, all)
  const wordsIn = wordsField(kind)
  const choices = useMemo(() => choiceFields(kind), [kind])
  const values: Values = { ...begin(model) }
  for (const field of choices) values[field.name] = guess(said, field.of ?? []) ?? values[field.name] ?? ''
  const phone = model.fields.find((it) => it.type === 'phone')
  if (phone) values[phone.name] = told.phone
  if (wordsIn) values[wordsIn] = told.rest || said
  Object.assign(values, set)
  const links: Record<string, string> = place && home ? { [place]: home } : {}
  const causedBy = causeLink(kind)
  if (causedBy && cause) links[causedBy.name] = cause
  const change = (name: string, value: Values[string]) =>
    setDraft((was) => ({ ...was, set: { ...was.set, [name]: value } }))

  useEffect(() => box.current?.focus({ cursor: 'end' }), [])

  const register = useMutation({
    mutationFn: async (send: boolean) => {
      const body = { kind: kind.kind, data: toData(model, values), links }
      const path = `/api/units/${encodeURIComponent(unit)}/records`
      const taken = await ask<StepTaken>('POST', path, { body, key: keyOf([path, body]) })
      const step = send ? sendStep(kind, taken.record.state) : undefined
      if (!step) return taken
      return ask<StepTaken>('POST', `${recordPath(unit, taken.record.id)}/steps/${step}`, {
        body: { data: {} },
        key: `${keyOf([path, body])}-send`,
        version: taken.record.version,
      })
    },
    onSuccess: (taken) => {
      dropDraft()
      void queries.invalidateQueries({
        predicate: (it) => ['records', 'duties', 'counts'].includes(String(it.queryKey[0])),
      })
      void navigate({ to: '/u/$unit/$kind/$record', params: { unit, kind: kind.kind, record: taken.record.number } })
    },
    onError: (error) => setFound(byField(error, language)),
  })
  const submit = (send: boolean) => {
    if (register.isPending) return
    const wrong = faults(model, values, links, words, text)
    setFound(wrong)
    if (wrong.size === 0) register.mutate(send)
  }
  const keep = (all: Parked[]) => {
    park(all)
    setWaiting(all)
  }
  const putAside = () => {
    if (!said.trim() && !home) return
    keep([
      ...waiting,
      {
        id: String(Date.now()),
        at: Date.now(),
        unit,
        kind: kind.kind,
        said,
        home,
        homeName: row?.label ?? '',
        values: set,
        cause,
      },
    ])
    dropDraft()
    onNext(null)
  }
  const letters = useMemo(() => choiceKeys(choices), [choices])
  const sends = sendStep(kind, kind.open.to ?? kind.states[0]?.name ?? '') !== undefined
  useKeys([
    ...kinds.map((it, at) => ({ keys: String(at + 1), label: text(it.title), run: () => onKind(it.kind) })),
    ...letters.map((it) => ({
      keys: it.key,
      label: text(
        choices.find((field) => field.name === it.field)?.of?.find((choice) => choice.name === it.choice)?.title,
      ),
      run: () => change(it.field, it.choice),
    })),
    { keys: 'Ctrl+Enter', label: sends ? words.keys.submitSend : words.keys.submit, run: () => submit(sends) },
    { keys: 'Ctrl+s', label: words.keys.submit, run: () => submit(false) },
    { keys: 'F8', label: words.keys.park, run: putAside },
  ])
  const rest = model.fields.filter(
    (it) =>
      it.name !== wordsIn &&
      (it.type === 'choice' || it.type === 'phone' || it.required || it.type === 'moment' || !isEmpty(set[it.name])),
  )
  return (
    <div className="intake">
      <CallerCard
        kind={kind.kind}
        unit={unit}
        zone={zone}
        home={home}
        row={row}
        room={told.room}
        place={place ? kind.links.find((it) => it.name === place)?.kind : undefined}
        link={place}
        onHome={(id, it) => {
          setHome(id ?? '')
          setRow(it ?? null)
        }}
      >
        <Known
          unit={unit}
          zone={zone}
          kind={kind}
          all={all}
          cause={cause}
          onCause={(it) => setDraft((was) => ({ ...was, cause: it }))}
        />
      </CallerCard>
      <section className="card intake-form" aria-label={words.intake.title}>
        <div className="intake-top">
          <div className="picks" role="radiogroup" aria-label={words.intake.kind}>
            {kinds.map((it, at) => (
              <Chip
                key={it.kind}
                name="kind"
                type="radio"
                checked={it.kind === kind.kind}
                keys={String(at + 1)}
                onPick={() => onKind(it.kind)}
              >
                {text(it.title)} <KeyCap>{at + 1}</KeyCap>
              </Chip>
            ))}
          </div>
          {waiting.length > 0 ? (
            <details className="mine">
              <summary>{words.intake.parked(waiting.length)}</summary>
              <div className="mine-list">
                {waiting.map((it) => (
                  <Button
                    key={it.id}
                    type="text"
                    onClick={() => {
                      keep(waiting.filter((one) => one.id !== it.id))
                      onNext(it)
                    }}
                  >
                    {words.intake.resume} {it.homeName || it.said.slice(0, 12)}
                  </Button>
                ))}
              </div>
            </details>
          ) : null}
        </div>
        <div className="intake-fields">
          {register.error ? (
            <Refusal error={register.error}>
              <Button onClick={() => register.mutate(register.variables ?? false)}>{words.refusal.retry}</Button>
            </Refusal>
          ) : null}
          <div className="field">
            <label htmlFor="said">{words.intake.said}</label>
            <Input.TextArea
              id="said"
              ref={box}
              className="said"
              autoSize={{ minRows: 2, maxRows: 4 }}
              value={said}
              aria-describedby="said-hint"
              onChange={(event) => setSaid(event.target.value)}
            />
            <p id="said-hint" className="hint wide">
              {words.intake.saidHint}
            </p>
            {wordsIn && found.has(wordsIn) ? <p className="fault">– {found.get(wordsIn)}</p> : null}
          </div>
          {place ? (
            <div className="field">
              <label htmlFor="home">{text(kind.links.find((it) => it.name === place)?.title)}</label>
              <RecordPicker
                id="home"
                unit={unit}
                kind={kind.links.find((it) => it.name === place)?.kind ?? ''}
                value={home}
                settles
                onChange={(id, it) => {
                  setHome(id ?? '')
                  setRow(it ?? null)
                }}
              />
              {found.has(place) ? <p className="fault">– {found.get(place)}</p> : null}
            </div>
          ) : null}
          {rest.map((field) => (
            <Field
              key={field.name}
              field={lettered(field, letters)}
              value={values[field.name] ?? null}
              fault={found.get(field.name)}
              unit={unit}
              zone={zone}
              onChange={(value) => change(field.name, value)}
            />
          ))}
        </div>
        <footer className="intake-foot">
          <span className="small quiet" />
          <Button size="large" onClick={() => submit(false)} disabled={register.isPending}>
            {words.intake.submit} <KeyCap>Ctrl S</KeyCap>
          </Button>
          {sends ? (
            <Button size="large" type="primary" onClick={() => submit(true)} loading={register.isPending}>
              {words.intake.submitSend} <KeyCap>Ctrl ↵</KeyCap>
            </Button>
          ) : null}
        </footer>
      </section>
    </div>
  )

  function lettered<T extends { name: string; of: { name: string; title: { zh: string; en: string } }[] }>(
    field: T,
    keys: typeof letters,
  ): T {
    const of = field.of.map((it) => {
      const key = keys.find((one) => one.field === field.name && one.choice === it.name)?.key
      return key ? { ...it, key: key.toUpperCase() } : it
    })
    return { ...field, of }
  }
}

/** The step that hands a fresh record on: it does the first duty, and asks for nothing. */
function sendStep(kind: KindOf, state: string): string | undefined {
  const does = kind.duties[0]?.until ?? []
  const step = kind.steps.find((it) => does.includes(it.name) && (it.from.length === 0 || it.from.includes(state)))
  return step && !step.form.some((it) => it.required) ? step.name : undefined
}
