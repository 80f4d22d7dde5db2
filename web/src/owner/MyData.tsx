/** My data: what is kept about me and what for, my telephone, where I am signed in, language and theme. */

import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { kindQuery, recordQuery } from '@/api/ask'
import { ask } from '@/api/client'
import { change, useAppearance, useSettings } from '@/app/settings'
import { serverNow } from '@/clock/ticker'
import { Button, TextInput } from '@/design/controls'
import { shown } from '@/form/show'
import { Refusal } from '@/refusal/Refusal'
import { Sessions } from '@/session/Sessions'
import { useSignOut } from '@/session/session'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { type Customer, Head } from './OwnerApp'

export function MyData({ customer }: { customer: Customer }) {
  const words = useWords()
  const { language } = useSettings()
  const appearance = useAppearance()
  const signOut = useSignOut()
  return (
    <>
      <Head title={words.owner.myData} />
      <Kept customer={customer} />
      <Phone />
      <Sessions zone={customer.zone} />
      <section className="owner-settings" aria-label={words.owner.settings}>
        <Button onClick={() => change({ language: language === 'zh' ? 'en' : 'zh' })}>{words.shell.language}</Button>
        <Button onClick={() => change({ appearance: appearance === 'dark' ? 'light' : 'dark' })}>
          {appearance === 'dark' ? words.shell.toLight : words.shell.toDark}
        </Button>
        <Button onClick={signOut}>{words.session.signOut}</Button>
      </section>
    </>
  )
}

/** Every field with its purpose; what is private comes masked, also to himself: the phone may be in another's hand. */
function Kept({ customer }: { customer: Customer }) {
  const words = useWords()
  const text = useText()
  const names = useNames()
  const own = useQuery(recordQuery(customer.unit, customer.party))
  const record = own.data?.record
  const kind = useQuery({ ...kindQuery(record?.kind ?? ''), enabled: record !== undefined })
  if (own.error) return <Refusal error={own.error} />
  if (!record || !kind.data) return null
  const by = { now: serverNow(), zone: customer.zone, words, text }
  return (
    <section className="card" aria-label={words.owner.keptTitle}>
      <h2>{words.owner.keptTitle}</h2>
      <dl className="owner-kept">
        {kind.data.fields
          .filter((it) => record.data[it.name] !== undefined && record.data[it.name] !== null)
          .map((it) => (
            <div key={it.name}>
              <dt>{text(it.title)}</dt>
              <dd>
                {kind.data ? shown(kind.data, it.name, record.data[it.name], by) : ''}
                {it.private ? <p className="small quiet">{words.form.private(text(it.private))}</p> : null}
              </dd>
            </div>
          ))}
        {Object.entries(record.links).map(([name, to]) => (
          <div key={name}>
            <dt>{text(kind.data?.links.find((it) => it.name === name)?.title)}</dt>
            <dd>{to.label ? names.label({ label: to.label }) : ''}</dd>
          </div>
        ))}
      </dl>
      <p className="small quiet">{words.owner.keptAdvice}</p>
    </section>
  )
}

function Phone() {
  const words = useWords()
  const id = useId()
  const [phone, setPhone] = useState('')
  const [code, setCode] = useState('')
  const send = useMutation({
    mutationFn: () => ask<void>('PUT', '/api/customer/phone', { body: { phone: phone.trim() } }),
  })
  const confirm = useMutation({
    mutationFn: () => ask<void>('PUT', '/api/customer/phone', { body: { phone: phone.trim(), code: code.trim() } }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!phone.trim()) return
    if (!send.isSuccess) send.mutate()
    else if (code.trim()) confirm.mutate()
  }
  return (
    <section className="card" aria-label={words.owner.phoneTitle}>
      <h2>{words.owner.phoneTitle}</h2>
      <p className="small quiet">{words.owner.phoneLead}</p>
      {confirm.isSuccess ? (
        <p role="status">{words.owner.phoneDone}</p>
      ) : (
        <form className="signin-form" onSubmit={submit}>
          {confirm.error ? <Refusal error={confirm.error} /> : send.error ? <Refusal error={send.error} /> : null}
          <label htmlFor={`${id}-phone`}>{words.owner.phone}</label>
          <TextInput
            id={`${id}-phone`}
            type="tel"
            autoComplete="tel-national"
            value={phone}
            onChange={(event) => {
              setPhone(event.target.value)
              send.reset()
            }}
          />
          {send.isSuccess ? (
            <>
              <label htmlFor={`${id}-code`}>{words.owner.code}</label>
              <TextInput
                id={`${id}-code`}
                inputMode="numeric"
                autoComplete="one-time-code"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </>
          ) : null}
          <Button type="submit" busy={send.isPending || confirm.isPending} wide>
            {send.isSuccess ? words.owner.confirm : words.owner.sendCode}
          </Button>
        </form>
      )}
    </section>
  )
}
