/** Who is signed in, and what happens when the session ends in the middle of work: the form stays, and one signs in over it. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { meQuery, openIdQuery, unitsQuery } from '@/api/ask'
import { ask, onSessionOver, setProof } from '@/api/client'
import type { Me } from '@/api/types'
import { change } from '@/app/settings'
import { Button, TextInput } from '@/design/controls'
import { path as pathOf } from '@/form/path'
import { Notice, Refusal } from '@/refusal/Refusal'
import { isSessionOver } from '@/refusal/refusal'
import { useWords } from '@/words'
import './session.css'

/** The one who is signed in; nobody's name where the machine's own key opened the page. */
export function useMe(): Me | null {
  const { data } = useQuery(meQuery)
  return data ?? null
}

/** The posts that one has at a unit, those at the units above among them; nobody's posts are known where the machine's key opened the page. */
export function usePosts(unit: string | undefined): ReadonlySet<string> | null {
  const me = useMe()
  const { data: units = [] } = useQuery(unitsQuery)
  return useMemo(() => {
    if (!me?.units) return null
    const path = pathOf(units, unit ?? '')
    return new Set(me.units.filter((it) => path.includes(it.code)).flatMap((it) => it.posts.map((post) => post.post)))
  }, [me, units, unit])
}

export function useSignOut(): () => void {
  const queries = useQueryClient()
  return () => {
    // Whoever came through a provider goes out there too, and comes back from there.
    void ask<{ go?: string } | undefined>('DELETE', '/api/session')
      .catch(() => undefined)
      .then((out) => {
        setProof(null)
        queries.clear()
        location.assign(out?.go ?? '/')
      })
  }
}

/** How one signs in: staff by login and password, customers by a code. */
export type Door = (it: { done: () => void }) => ReactNode

/** Shows the page to whoever is signed in, and the sign-in to whoever is not. */
export function SignedIn({ children, door = SignInForm }: { children: ReactNode; door?: Door }) {
  const me = useQuery(meQuery)
  const [over, setOver] = useState(false)
  const known = useRef(false)
  if (me.isSuccess) known.current = true

  useEffect(() => onSessionOver(() => setOver(known.current)), [])

  if (me.isPending && !known.current) return null
  if (me.error && isSessionOver(me.error) && !known.current) return <SignInPage door={door} />
  if (me.error && !known.current) {
    return (
      <main className="signin">
        <Refusal error={me.error}>
          <Retry />
        </Refusal>
      </main>
    )
  }
  return (
    <>
      {children}
      {over && known.current ? <SignInOver door={door} done={() => setOver(false)} /> : null}
    </>
  )
}

function Retry() {
  const words = useWords()
  const queries = useQueryClient()
  return <Button onClick={() => void queries.invalidateQueries()}>{words.refusal.retry}</Button>
}

function SignInPage({ door: Form }: { door: Door }) {
  const words = useWords()
  const queries = useQueryClient()
  const refused = new URLSearchParams(location.search).get('refused')
  return (
    <main className="signin">
      <div className="card signin-card">
        <h1>{words.product}</h1>
        {refused ? <Notice title={words.session.refused(refused)} /> : null}
        <Form done={() => void queries.resetQueries()} />
        {Form === SignInForm ? <ByProvider /> : null}
        <button
          type="button"
          className="plain signin-language"
          onClick={() => change({ language: words.language === 'en' ? 'zh' : 'en' })}
        >
          {words.shell.language}
        </button>
      </div>
    </main>
  )
}

/** The door of the company's own directory, where the server has one. Over a page that must stay it opens beside it. */
function ByProvider({ beside = false }: { beside?: boolean }) {
  const words = useWords()
  const { data } = useQuery(openIdQuery)
  if (!data?.name) return null
  const to = encodeURIComponent(beside ? '/' : location.pathname)
  return (
    <a className="signin-provider" href={`/api/openid/begin?to=${to}`} {...(beside ? { target: '_blank' } : {})}>
      {words.session.byProvider(data.name)}
    </a>
  )
}

/** Over the page: nothing behind it is lost, and nothing behind it can be reached. */
function SignInOver({ door: Form, done }: { door: Door; done: () => void }) {
  const words = useWords()
  const queries = useQueryClient()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const on = () => {
    done()
    void queries.invalidateQueries()
  }
  const again = useRef(on)
  again.current = on
  useEffect(() => {
    // One has signed in beside, and comes back to this page.
    const look = () =>
      void ask<Me>('GET', '/api/me').then(
        (me) => {
          setProof(me.csrf)
          again.current()
        },
        () => undefined,
      )
    window.addEventListener('focus', look)
    return () => window.removeEventListener('focus', look)
  }, [])
  return (
    <dialog
      ref={dialog}
      className="signin-over"
      onCancel={(event) => event.preventDefault()}
      aria-labelledby="signin-over"
    >
      <h2 id="signin-over">{words.refusal.sessionOver}</h2>
      <p className="quiet">{words.refusal.sessionOverAdvice}</p>
      <Form done={on} />
      {Form === SignInForm ? <ByProvider beside /> : null}
    </dialog>
  )
}

export function SignInForm({ done }: { done: () => void }) {
  const words = useWords()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [missing, setMissing] = useState(false)
  const enter = useMutation({
    mutationFn: () => ask<Me>('POST', '/api/session', { body: { login: login.trim(), password } }),
    onSuccess: (me) => {
      setProof(me.csrf)
      done()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const empty = login.trim() === '' || password === ''
    setMissing(empty)
    if (!empty) enter.mutate()
  }
  return (
    <form className="signin-form" onSubmit={submit}>
      {missing ? <Notice title={words.session.needLogin} /> : enter.error ? <Refusal error={enter.error} /> : null}
      <label htmlFor="login">{words.session.login}</label>
      <TextInput
        id="login"
        autoFocus
        autoComplete="username"
        value={login}
        onChange={(event) => setLogin(event.target.value)}
      />
      <label htmlFor="password">{words.session.password}</label>
      <TextInput
        type="password"
        id="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button kind="primary" type="submit" busy={enter.isPending} wide>
        {words.session.submit}
      </Button>
    </form>
  )
}
