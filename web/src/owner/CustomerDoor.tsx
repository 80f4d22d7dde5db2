/** The way in for customers: the code of an invitation the first time, a one-time code to the confirmed telephone afterwards. */

import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { ask, setProof } from '@/api/client'
import type { Me } from '@/api/types'
import { Button, TextInput } from '@/design/controls'
import { Refusal } from '@/refusal/Refusal'
import { SignInForm } from '@/session/session'
import { useWords } from '@/words'

type Way = 'invitation' | 'phone' | 'login'

/** A link in a message carries the code behind `#`, where no server and no proxy writes it down. */
const invited = () => new URLSearchParams(location.hash.slice(1)).get('code') ?? ''

export function CustomerDoor({ done }: { done: () => void }) {
  const words = useWords()
  const [way, setWay] = useState<Way>(invited() ? 'invitation' : 'phone')
  const ways: [Way, string][] = [
    ['phone', words.owner.byPhone],
    ['invitation', words.owner.byInvitation],
    ['login', words.owner.byLogin],
  ]
  return (
    <div className="door">
      <p className="quiet">{words.owner.doorLead}</p>
      {way === 'phone' ? <ByPhone done={done} /> : null}
      {way === 'invitation' ? <ByInvitation done={done} /> : null}
      {way === 'login' ? <SignInForm done={done} /> : null}
      <div className="door-other">
        {ways
          .filter(([it]) => it !== way)
          .map(([it, title]) => (
            <button key={it} type="button" className="plain" onClick={() => setWay(it)}>
              {title}
            </button>
          ))}
      </div>
    </div>
  )
}

function useEnter(done: () => void) {
  return useMutation({
    mutationFn: (body: { code: string; phone?: string }) => ask<Me>('POST', '/api/customer/session', { body }),
    onSuccess: (me) => {
      setProof(me.csrf)
      history.replaceState(null, '', location.pathname)
      done()
    },
  })
}

function ByInvitation({ done }: { done: () => void }) {
  const words = useWords()
  const id = useId()
  const [code, setCode] = useState(invited)
  const enter = useEnter(done)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (code.trim()) enter.mutate({ code: code.trim() })
  }
  return (
    <form className="signin-form" onSubmit={submit}>
      {enter.error ? <Refusal error={enter.error} /> : null}
      <label htmlFor={id}>{words.owner.invitation}</label>
      <TextInput
        id={id}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        placeholder="abcd-efgh-kmnp-rstw"
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <Button kind="primary" type="submit" busy={enter.isPending} wide>
        {words.owner.enter}
      </Button>
    </form>
  )
}

function ByPhone({ done }: { done: () => void }) {
  const words = useWords()
  const id = useId()
  const [phone, setPhone] = useState('')
  const [code, setCode] = useState('')
  const send = useMutation({
    mutationFn: () => ask<void>('POST', '/api/customer/code', { body: { phone: phone.trim() } }),
  })
  const enter = useEnter(done)
  const sent = send.isSuccess
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!phone.trim()) return
    if (!sent) send.mutate()
    else if (code.trim()) enter.mutate({ code: code.trim(), phone: phone.trim() })
  }
  return (
    <form className="signin-form" onSubmit={submit}>
      {enter.error ? <Refusal error={enter.error} /> : send.error ? <Refusal error={send.error} /> : null}
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
      {sent ? (
        <>
          {/* Whether the number is known is told to nobody. */}
          <p role="status">{words.owner.codeSent}</p>
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
      <Button kind="primary" type="submit" busy={send.isPending || enter.isPending} wide>
        {sent ? words.owner.enter : words.owner.sendCode}
      </Button>
    </form>
  )
}
