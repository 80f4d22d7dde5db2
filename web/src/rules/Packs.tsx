/** Packs: which is active, what one says, and whether another would do: checked as a whole, compared, then made the active one. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { ask } from '@/api/client'
import type { ChangesOf, CheckedOf, PackLinesOf, PacksOf } from '@/api/types'
import { Skeleton } from '@/mine/HomePage'
import { Refusal } from '@/refusal/Refusal'
import { useMe } from '@/session/session'
import { useLanguage, useText, useWords } from '@/words'

/** A pack as the server takes it: one that ships, or the texts of a folder. */
type Candidate = { shipped: string } | { sources: Record<string, string> }

const AT_ONCE = 100

export function Packs({ unit }: { unit: string }) {
  const words = useWords()
  const text = useText()
  const me = useMe()
  const [shown, setShown] = useState<number | null>(null)
  const found = useQuery({
    queryKey: ['packs'],
    queryFn: ({ signal }) => ask<PacksOf>('GET', '/api/packs', { signal }),
  })
  const may = me === null || me.units?.some((it) => it.may.includes('packs')) === true
  return (
    <section className="card" aria-label={words.rules.packs}>
      <h2>{words.rules.packs}</h2>
      {found.error ? <Refusal error={found.error} /> : null}
      <ul className="rules-packs">
        {found.data?.packs.map((it) => (
          <li key={it.number}>
            <b>{text(it.title)}</b> {it.name} {it.version}{' '}
            {it.active ? <span className="chip chip-state">{words.rules.active}</span> : null}{' '}
            <code className="quiet">{it.digest.slice(0, 16)}</code>{' '}
            <button
              type="button"
              className="plain"
              aria-expanded={shown === it.number}
              onClick={() => setShown(shown === it.number ? null : it.number)}
            >
              {words.rules.says}
            </button>
          </li>
        ))}
      </ul>
      {shown !== null ? <Says key={shown} number={shown} /> : null}
      {may ? <Another key={unit} shipped={found.data?.shipped ?? []} /> : null}
    </section>
  )
}

/** Statement by statement, as two versions are compared. */
function Says({ number }: { number: number }) {
  const words = useWords()
  const text = useText()
  const [q, setQ] = useState('')
  const found = useQuery({
    queryKey: ['pack', number],
    queryFn: ({ signal }) => ask<PackLinesOf>('GET', `/api/packs/${number}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (found.error) return <Refusal error={found.error} />
  if (!found.data) return <Skeleton />
  const asked = q.trim().toLowerCase()
  const lines = found.data.lines.filter((it) =>
    `${it.path} ${it.label.zh} ${it.label.en} ${it.value.zh} ${it.value.en}`.toLowerCase().includes(asked),
  )
  return (
    <div className="rules-says">
      <Input
        type="search"
        className="narrow"
        value={q}
        placeholder={words.list.search}
        aria-label={words.list.search}
        onChange={(event) => setQ(event.target.value)}
      />
      <dl>
        {lines.slice(0, AT_ONCE).map((it) => (
          <div key={it.path}>
            <dt className="small">
              {text(it.label)} <code className="quiet">{it.path}</code>
            </dt>
            <dd>{text(it.value)}</dd>
          </div>
        ))}
      </dl>
      {lines.length > AT_ONCE ? <p className="small quiet">{words.home.more(lines.length - AT_ONCE)}</p> : null}
    </div>
  )
}

/** The texts of a chosen folder by their path inside it. */
async function sourcesOf(files: readonly File[]): Promise<Record<string, string>> {
  const all = files.filter((it) => /\.(ya?ml|typ)$/.test(it.name))
  const texts = await Promise.all(all.map((it) => it.text()))
  return Object.fromEntries(
    all.map((it, at) => [it.webkitRelativePath.split('/').slice(1).join('/') || it.name, texts[at] ?? '']),
  )
}

function Another({ shipped }: { shipped: readonly string[] }) {
  const words = useWords()
  const language = useLanguage()
  const queries = useQueryClient()
  const [candidate, setCandidate] = useState<Candidate | null>(null)
  const [named, setNamed] = useState('')
  const [sure, setSure] = useState(false)
  const look = useMutation({
    mutationFn: async (it: Candidate) => {
      const checked = await ask<CheckedOf>('POST', '/api/packs/check', { body: it })
      return { checked, ...(await ask<ChangesOf>('POST', '/api/packs/diff', { body: it })) }
    },
  })
  const activate = useMutation({
    mutationFn: (it: Candidate) => ask<{ number: number }>('POST', '/api/packs', { body: it }),
    onSuccess: () => {
      setSure(false)
      void queries.invalidateQueries()
    },
  })
  const choose = (name: string, it: Candidate) => {
    setNamed(name)
    setCandidate(it)
    setSure(false)
    activate.reset()
    look.mutate(it)
  }
  return (
    <div className="rules-another">
      <h3>{words.rules.another}</h3>
      <div className="filters">
        {shipped.map((it) => (
          <Button key={it} onClick={() => choose(it, { shipped: it })}>
            {words.rules.shipped(it)}
          </Button>
        ))}
        <label className="pick">
          <input
            type="file"
            multiple
            // A folder at once, where the browser can.
            {...{ webkitdirectory: '' }}
            onChange={(event) => {
              const files = [...(event.target.files ?? [])]
              const folder = files[0]?.webkitRelativePath.split('/')[0] ?? words.rules.folder
              void sourcesOf(files).then((sources) => choose(folder, { sources }))
              event.target.value = ''
            }}
          />
          <span>{words.rules.folder}</span>
        </label>
      </div>
      {look.isPending ? <Skeleton /> : null}
      {look.error ? <Refusal error={look.error} /> : null}
      {look.data && candidate ? (
        <div role="status">
          <p>
            <b>{words.rules.checked(named)}</b>{' '}
            {words.rules.counts(
              look.data.checked.version,
              look.data.checked.kinds,
              look.data.checked.duties,
              look.data.checked.standards,
            )}
          </p>
          {look.data.changes.length === 0 ? (
            <p className="quiet">{words.rules.same}</p>
          ) : (
            <ul className="rules-changes">
              {look.data.changes.slice(0, AT_ONCE).map((it) => (
                <li key={it.path}>{it[language]}</li>
              ))}
            </ul>
          )}
          {look.data.changes.length > AT_ONCE ? (
            <p className="small quiet">{words.home.more(look.data.changes.length - AT_ONCE)}</p>
          ) : null}
          {activate.error ? <Refusal error={activate.error} /> : null}
          {activate.isSuccess ? (
            <p>
              <b>{words.rules.activated(named)}</b>
            </p>
          ) : sure ? (
            <p>
              {words.rules.activateSure(named, look.data.changes.length)}{' '}
              <Button onClick={() => setSure(false)}>{words.seal.back}</Button>{' '}
              <Button type="primary" loading={activate.isPending} onClick={() => activate.mutate(candidate)}>
                {words.rules.activate(named)}
              </Button>
            </p>
          ) : (
            <Button onClick={() => setSure(true)}>{words.rules.activate(named)}</Button>
          )}
        </div>
      ) : null}
    </div>
  )
}
