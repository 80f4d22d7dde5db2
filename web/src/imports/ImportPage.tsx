/** Taking in the history of another system: a map, its files, what would come of it, then the run; every refused row with its reason. */

import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { useId, useState } from 'react'
import { ask, send } from '@/api/client'
import type { ImportedOf, LookOf, Undone } from '@/api/types'
import { TextArea } from '@/design/controls'
import { Refusal } from '@/refusal/Refusal'
import { useLanguage, useWords } from '@/words'
import '@/form/form.css'
import '@/list/list.css'
import './imports.css'

const path = (id: string, what: string) => `/api/imports/${encodeURIComponent(id)}/${what}`

export function ImportPage() {
  const words = useWords()
  const id = useId()
  const [map, setMap] = useState('')
  const [files, setFiles] = useState<File[]>([])
  const [begun, setBegun] = useState('')
  const look = useMutation({
    mutationFn: async () => {
      const { import: name } = await ask<{ import: string }>('POST', '/api/imports', { body: { map } })
      for (const file of files)
        await send(`${path(name, 'files')}?name=${encodeURIComponent(file.name)}`, {
          method: 'POST',
          credentials: 'same-origin',
          headers: { 'content-type': 'application/octet-stream' },
          body: file,
        })
      const found = await ask<LookOf>('POST', path(name, 'preview'), { body: {} })
      setBegun(name)
      return found
    },
  })
  const run = useMutation({ mutationFn: () => ask<ImportedOf>('POST', path(begun, 'run'), { body: {} }) })
  const undo = useMutation({
    mutationFn: () => ask<Undone>('POST', path(begun, 'undo'), { body: { worked_on: false } }),
  })
  const again = () => {
    setBegun('')
    look.reset()
    run.reset()
    undo.reset()
  }
  return (
    <div className="imports">
      <h1>{words.imports.title}</h1>
      <p className="quiet">{words.imports.lead}</p>
      <section className="card" aria-label={words.imports.what}>
        <h2>{words.imports.what}</h2>
        <label htmlFor={`${id}-map`}>{words.imports.map}</label>
        <TextArea
          id={`${id}-map`}
          rows={8}
          className="imports-map"
          spellCheck={false}
          value={map}
          onChange={(event) => {
            setMap(event.target.value)
            again()
          }}
        />
        <div className="filters">
          <label className="pick">
            <input
              type="file"
              accept=".yaml,.yml"
              onChange={(event) => {
                void event.target.files?.[0]?.text().then(setMap)
                again()
              }}
            />
            <span>{words.imports.openMap}</span>
          </label>
          <label className="pick">
            <input
              type="file"
              multiple
              accept=".csv,.tsv,.txt,.gz,.xlsx"
              onChange={(event) => {
                setFiles([...(event.target.files ?? [])])
                again()
              }}
            />
            <span>{words.imports.files}</span>
          </label>
          <span>{files.map((it) => it.name).join(' · ')}</span>
        </div>
        {look.error ? <Refusal error={look.error} /> : null}
        <Button
          type="primary"
          disabled={!map.trim() || files.length === 0}
          loading={look.isPending}
          onClick={() => look.mutate()}
        >
          {words.imports.look}
        </Button>
      </section>
      {look.data ? <Looked found={look.data} id={begun} /> : null}
      {look.data ? (
        <section className="card" aria-label={words.imports.run}>
          {run.error ? <Refusal error={run.error} /> : null}
          {undo.error ? <Refusal error={undo.error} /> : null}
          {run.data ? (
            <p role="status">
              <b>{words.imports.done(run.data.imported, run.data.refused)}</b>{' '}
              {words.imports.already(run.data.already, run.data.changed)}
            </p>
          ) : null}
          {undo.data ? <p role="status">{words.imports.undone(undo.data.voided, undo.data.kept)}</p> : null}
          {run.data ? (
            <Button loading={undo.isPending} disabled={undo.isSuccess} onClick={() => undo.mutate()}>
              {words.imports.undo}
            </Button>
          ) : (
            <Button type="primary" loading={run.isPending} onClick={() => run.mutate()}>
              {words.imports.runRows(look.data.imported)}
            </Button>
          )}
        </section>
      ) : null}
    </div>
  )
}

/** How the rows add up, the first records in words, and the refused rows as a file. */
function Looked({ found, id }: { found: LookOf; id: string }) {
  const words = useWords()
  const language = useLanguage()
  return (
    <section className="card" aria-label={words.imports.found}>
      <h2>{words.imports.found}</h2>
      <p role="status">
        {words.imports.rows(found.rows, found.imported, found.refused)}{' '}
        {words.imports.becomes(found.records, found.steps)}
      </p>
      {Object.entries(found.marked).map(([code, n]) => (
        <p key={code} className="small">
          {words.imports.marked(code, n)}
        </p>
      ))}
      <pre className="imports-sample">{found[language]}</pre>
      {found.refused > 0 ? (
        <a className="button button-default" href={path(id, 'report')} download={`${id}.csv`}>
          {words.imports.report(found.refused)}
        </a>
      ) : null}
    </section>
  )
}
