/** Units, the people of one with their posts and accounts, and its grids. What a register holds is changed in the register. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { everyRow, kindsQuery, namesQuery, unitsQuery } from '@/api/ask'
import { ask, newKey } from '@/api/client'
import type { AccountOf, Unit } from '@/api/types'
import { civil, dayText, isoDay } from '@/clock/day'
import { serverNow } from '@/clock/ticker'
import { Button, TextInput } from '@/design/controls'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { Sessions } from '@/session/Sessions'
import { useMe } from '@/session/session'
import { useText, useWords } from '@/words'
import { useNames } from '@/words/names'
import { grids, isServing, type Person, people } from './people'
import { SignIns } from './SignIns'
import '@/form/form.css'
import '@/score/score.css'
import './people.css'

export function PeoplePage() {
  const { unit = '' } = useParams({ strict: false })
  const words = useWords()
  const names = useNames()
  const me = useMe()
  const { data: kinds = [] } = useQuery(kindsQuery)
  const { data: units = [] } = useQuery(unitsQuery)
  const kindOf = (role: string) => kinds.find((it) => it.role === role)?.kind ?? ''
  const register = (role: string, fields: string, open?: string) => ({
    queryKey: ['records', unit, 'people', role],
    queryFn: ({ signal }: { signal: AbortSignal }) => everyRow(unit, { kind: kindOf(role), fields, open }, signal),
    enabled: kindOf(role) !== '',
    staleTime: 30_000,
  })
  const members = useQuery(register('member', 'login'))
  const postings = useQuery(register('posting', 'post,from,until,grid,team,member', 'all'))
  const places = useQuery(register('place', 'grid'))
  const keeps = me === null || me.units?.some((it) => it.code === unit && it.may.includes('accounts')) === true
  const takesIn = me === null || me.units?.some((it) => it.may.includes('imports')) === true
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: async ({ signal }) => (await ask<{ accounts: AccountOf[] }>('GET', '/api/accounts', { signal })).accounts,
    enabled: keeps,
  })
  const zone = units.find((it) => it.code === unit)?.zone ?? 'Asia/Shanghai'
  const today = isoDay(civil(serverNow(), zone))
  const serving = (postings.data ?? []).filter((it) => isServing(it, today))
  const all = people(members.data ?? [], serving, names.label)
  const nameOf = (id: string) => all.find((it) => it.id === id)?.name
  const error = members.error ?? postings.error
  return (
    <div className="people">
      <div className="row-between">
        <h1>{words.people.title}</h1>
        {takesIn ? (
          <Link to="/u/$unit/organisation" params={{ unit }}>
            {words.organisation.title}
          </Link>
        ) : null}
      </div>
      {error ? <Refusal error={error} /> : null}
      <section className="card" aria-label={words.people.units}>
        <h2>{words.people.units}</h2>
        <Tree units={units} at={unit} parent={undefined} />
      </section>
      <section className="card" aria-label={words.people.here}>
        <div className="row-between">
          <h2>
            {words.people.here} <small className="quiet">{words.people.count(all.length)}</small>
          </h2>
          <Link to="/u/$unit/$kind" params={{ unit, kind: kindOf('posting') || 'posting' }} search={{ new: true }}>
            {words.people.appoint}
          </Link>
        </div>
        {members.isPending || postings.isPending ? <Skeleton /> : null}
        <table className="clauses">
          <thead>
            <tr>
              <th scope="col">{words.people.name}</th>
              <th scope="col">{words.people.posts}</th>
              <th scope="col">{words.people.account}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((it) => (
              <tr key={it.id}>
                <td>
                  <Link to="/u/$unit/r/$record" params={{ unit, record: it.id }}>
                    {it.name}
                  </Link>
                </td>
                <td>
                  {it.posts.map((post) => (
                    <div key={post.id}>
                      <Link to="/u/$unit/r/$record" params={{ unit, record: post.id }}>
                        {names.post(post.post)}
                      </Link>{' '}
                      <span className="quiet small">
                        {[
                          post.grid,
                          post.team,
                          words.people.since(dayText(post.from, serverNow(), zone, words)),
                          post.until ? words.people.until(dayText(post.until, serverNow(), zone, words)) : '',
                        ]
                          .filter(Boolean)
                          .join(' · ')}
                      </span>
                    </div>
                  ))}
                </td>
                <td>
                  <Account
                    person={it}
                    account={accounts.data?.find((one) => one.id === it.id)}
                    keeps={keeps}
                    zone={zone}
                    nameOf={nameOf}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {keeps ? <Newcomer unit={unit} /> : null}
      </section>
      <section className="card" aria-label={words.people.grids}>
        <h2>{words.people.grids}</h2>
        <table className="clauses">
          <thead>
            <tr>
              <th scope="col">{words.people.grid}</th>
              <th scope="col">{words.people.homes}</th>
              <th scope="col">{words.people.serves}</th>
            </tr>
          </thead>
          <tbody>
            {grids(places.data ?? [], all).map((it) => (
              <tr key={it.grid}>
                <td>
                  <Link to="/u/$unit/grids/$grid" params={{ unit, grid: it.grid }}>
                    {it.grid}
                  </Link>
                </td>
                <td className="num">{it.homes}</td>
                <td>{it.stewards.join(words.field.comma) || words.people.nobody}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="small">
          <Link to="/u/$unit/map" params={{ unit }}>
            {words.map.title}
          </Link>
        </p>
      </section>
      {me ? (
        <>
          <Sessions zone={zone} />
          <section className="card" aria-label={words.people.ownSignIns}>
            <h2>{words.people.ownSignIns}</h2>
            <SignIns zone={zone} nameOf={nameOf} />
          </section>
        </>
      ) : null}
    </div>
  )
}

function Tree({ units, at, parent }: { units: readonly Unit[]; at: string; parent: string | undefined }) {
  // Whoever sees a part of the tree sees it from where his part begins.
  const codes = new Set(units.map((it) => it.code))
  const here = units.filter((it) => (parent === undefined ? !it.parent || !codes.has(it.parent) : it.parent === parent))
  if (here.length === 0) return null
  return (
    <ul className="people-tree">
      {here.map((it) => (
        <li key={it.code}>
          {it.code === at ? (
            <b aria-current="true">{it.name}</b>
          ) : (
            <Link to="/u/$unit/people" params={{ unit: it.code }}>
              {it.name}
            </Link>
          )}{' '}
          <code className="quiet small">{it.code}</code>
          <Tree units={units} at={at} parent={it.code} />
        </li>
      ))}
    </ul>
  )
}

/** Whether he may sign in. A password is shown once, to be handed over. */
function Account(props: {
  person: Person
  account: AccountOf | undefined
  keeps: boolean
  zone: string
  nameOf: (id: string) => string | undefined
}) {
  const { person, account, keeps, zone, nameOf } = props
  const words = useWords()
  const queries = useQueryClient()
  const [sure, setSure] = useState(false)
  const [lines, setLines] = useState(false)
  const login = account?.login ?? person.login
  const path = `/api/accounts/${encodeURIComponent(login)}`
  const change = useMutation({
    mutationFn: (disabled: boolean) => ask('PUT', path, { body: { disabled } }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['accounts'] }),
  })
  const renew = useMutation({
    mutationFn: () => ask<{ password: string }>('POST', `${path}/password`, { key: newKey() }),
  })
  const error = change.error ?? renew.error
  return (
    <>
      {login ? <code>{login}</code> : null}{' '}
      {account?.disabled ? <span className="chip">{words.people.disabled}</span> : null}
      {error ? <Refusal error={error} /> : null}
      {renew.data ? (
        <p role="status">
          {words.people.password} <code>{renew.data.password}</code>
        </p>
      ) : null}
      {keeps && account ? (
        <div>
          <button type="button" className="plain" onClick={() => change.mutate(!account.disabled)}>
            {account.disabled ? words.people.enable(person.name) : words.people.disable(person.name)}
          </button>
          {sure ? (
            <Button busy={renew.isPending} onClick={() => renew.mutate(undefined, { onSettled: () => setSure(false) })}>
              {words.people.renewSure(person.name)}
            </Button>
          ) : (
            <button type="button" className="plain" onClick={() => setSure(true)}>
              {words.people.renew(person.name)}
            </button>
          )}{' '}
          <button type="button" className="plain" aria-expanded={lines} onClick={() => setLines(!lines)}>
            {words.people.signIns(person.name)}
          </button>
          {lines && login ? <SignIns login={login} zone={zone} nameOf={nameOf} /> : null}
        </div>
      ) : null}
    </>
  )
}

function Newcomer({ unit }: { unit: string }) {
  const words = useWords()
  const text = useText()
  const id = useId()
  const queries = useQueryClient()
  const { data } = useQuery(namesQuery)
  const [asked, setAsked] = useState({ name: '', login: '', post: '', grid: '' })
  const add = useMutation({
    mutationFn: () => {
      const { grid, ...body } = asked
      return ask<{ password: string }>('POST', '/api/accounts', {
        body: { unit, ...body, ...(grid.trim() ? { grid: grid.trim() } : {}) },
        key: newKey(),
      })
    },
    onSuccess: () => {
      setAsked({ name: '', login: '', post: '', grid: '' })
      void queries.invalidateQueries()
    },
  })
  const full = asked.name.trim() !== '' && asked.login.trim() !== '' && asked.post !== ''
  const box = (name: 'name' | 'login' | 'grid', label: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <TextInput
        id={`${id}-${name}`}
        autoComplete="off"
        value={asked[name]}
        onChange={(event) => setAsked({ ...asked, [name]: event.target.value })}
      />
    </div>
  )
  return (
    <details className="people-new">
      <summary>{words.people.newcomer}</summary>
      <form
        className="form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (full) add.mutate()
        }}
      >
        {add.error ? <Refusal error={add.error} /> : null}
        {add.data ? (
          <p role="status">
            {words.people.password} <code>{add.data.password}</code>
          </p>
        ) : null}
        {box('name', words.people.name)}
        {box('login', words.session.login)}
        <div className="field">
          <label htmlFor={`${id}-post`}>{words.people.posts}</label>
          <select
            id={`${id}-post`}
            className="select"
            value={asked.post}
            onChange={(event) => setAsked({ ...asked, post: event.target.value })}
          >
            <option value="">{words.form.choose}</option>
            {data?.posts.map((it) => (
              <option key={it.name} value={it.name}>
                {text(it.title)}
              </option>
            ))}
          </select>
        </div>
        {box('grid', words.people.grid)}
        <div className="people-foot">
          <Button kind="primary" type="submit" busy={add.isPending} disabled={!full}>
            {words.people.add}
          </Button>
        </div>
      </form>
    </details>
  )
}
