/** The organisation as a workbook: units, people, posts, homes. An empty one or what is there, looked at row by row, and then taken in. */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { type ReactNode, useEffect, useState } from 'react'
import { send } from '@/api/client'
import type { OrganisationReport } from '@/api/types'
import { Refusal } from '@/refusal/Refusal'
import { useLanguage, useWords } from '@/words'
import { refusedRows } from './report'
import '@/form/form.css'
import '@/list/list.css'
import '@/score/score.css'
import '@/imports/imports.css'

/** More rows are in the file than a page can be read with. */
const SHOWN = 200

async function upload(file: File, what: 'preview' | 'import'): Promise<OrganisationReport> {
  const answer = await send(`/api/organisation/${what}?name=${encodeURIComponent(file.name)}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/octet-stream' },
    body: file,
  })
  return (await answer.json()) as OrganisationReport
}

export function OrganisationPage() {
  const { unit = '' } = useParams({ strict: false })
  const words = useWords()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const look = useMutation({ mutationFn: (it: File) => upload(it, 'preview') })
  const take = useMutation({
    mutationFn: (it: File) => upload(it, 'import'),
    onSuccess: () => void queries.invalidateQueries(),
  })
  const found = take.data ?? look.data
  const fresh = look.data ? look.data.total.added + look.data.total.changed : 0
  return (
    <div className="imports">
      <h1>{words.organisation.title}</h1>
      <p className="quiet">{words.organisation.lead}</p>
      <section className="card" aria-label={words.organisation.get}>
        <h2>{words.organisation.get}</h2>
        <div className="filters">
          <a className="button button-default" href="/api/organisation/template" download>
            {words.organisation.template}
          </a>
          <a className="button button-default" href={`/api/organisation?unit=${encodeURIComponent(unit)}`} download>
            {words.organisation.here}
          </a>
          <a className="button button-default" href="/api/organisation" download>
            {words.organisation.whole}
          </a>
        </div>
      </section>
      <section className="card" aria-label={words.organisation.put}>
        <h2>{words.organisation.put}</h2>
        <div className="filters">
          <label className="pick">
            <input
              type="file"
              accept=".xlsx,.csv"
              onChange={(event) => {
                setFile(event.target.files?.[0] ?? null)
                look.reset()
                take.reset()
                // The same file can be chosen again once it was mended.
                event.target.value = ''
              }}
            />
            <span>{words.organisation.file}</span>
          </label>
          <span>{file?.name}</span>
        </div>
        {look.error ? <Refusal error={look.error} /> : null}
        <Button
          type={look.data ? 'default' : 'primary'}
          disabled={!file}
          loading={look.isPending}
          onClick={() => {
            take.reset()
            if (file) look.mutate(file)
          }}
        >
          {words.imports.look}
        </Button>
      </section>
      {found ? <Found report={found} done={take.data !== undefined} /> : null}
      {look.data ? (
        <section className="card" aria-label={words.imports.run}>
          {take.error ? <Refusal error={take.error} /> : null}
          {take.data ? (
            <p role="status">
              <b>{words.organisation.done(take.data.total.added, take.data.total.changed)}</b>
            </p>
          ) : (
            <>
              <p className="quiet small">{words.organisation.again}</p>
              <Button
                type="primary"
                disabled={fresh === 0 || !file}
                loading={take.isPending}
                onClick={() => file && take.mutate(file)}
              >
                {fresh === 0 ? words.organisation.nothing : words.imports.runRows(fresh)}
              </Button>
            </>
          )}
        </section>
      ) : null}
    </div>
  )
}

/** How the rows of each sheet add up, what changes, and why a row is not taken in. */
function Found({ report, done }: { report: OrganisationReport; done: boolean }) {
  const words = useWords()
  const language = useLanguage()
  const { total, sheets, changes, refusals } = report
  return (
    <section className="card" aria-label={words.imports.found}>
      <h2>{done ? words.organisation.became : words.imports.found}</h2>
      <p role="status">
        {words.organisation.total(total.rows, total.added, total.changed, total.already, total.refused)}
      </p>
      <table className="clauses">
        <thead>
          <tr>
            <th scope="col">{words.organisation.sheet}</th>
            {words.organisation.counts.map((it) => (
              <th key={it} scope="col" className="num">
                {it}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sheets.map((it) => (
            <tr key={it.sheet}>
              <th scope="row">{it.sheet}</th>
              <td className="num">{it.rows}</td>
              <td className="num">{it.added}</td>
              <td className="num">{it.changed}</td>
              <td className="num">{it.already}</td>
              <td className="num">{it.refused}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {refusals.length > 0 ? (
        <>
          <h3>{words.organisation.refused(total.refused)}</h3>
          <Rows heads={words.organisation.refusedHeads} label={words.organisation.refused(total.refused)}>
            {refusals.slice(0, SHOWN).map((it) => (
              <tr key={`${it.sheet}:${it.line}:${it.column ?? ''}:${it.code}`}>
                <td>{words.organisation.at(it.sheet, it.line)}</td>
                <td>{it.column ?? '—'}</td>
                <td className="organisation-value">{it.value}</td>
                <td>{it[language]}</td>
              </tr>
            ))}
          </Rows>
          <More all={refusals.length} />
          <Report report={report} />
        </>
      ) : null}
      {changes.length > 0 ? (
        <details open={refusals.length === 0}>
          <summary>{words.organisation.changes(total.changed)}</summary>
          <Rows heads={words.organisation.changeHeads} label={words.organisation.changes(total.changed)}>
            {changes.slice(0, SHOWN).map((it) => (
              <tr key={`${it.sheet}:${it.line}`}>
                <td>{words.organisation.at(it.sheet, it.line)}</td>
                <td>{it.columns.join(words.field.comma)}</td>
                <td>{it[language].join(words.field.comma)}</td>
                <td className="num">{it.from}</td>
              </tr>
            ))}
          </Rows>
          <More all={changes.length} />
        </details>
      ) : null}
    </section>
  )
}

function Rows({ heads, label, children }: { heads: readonly string[]; label: string; children: ReactNode }) {
  return (
    <table className="clauses" aria-label={label}>
      <thead>
        <tr>
          {heads.map((it) => (
            <th key={it} scope="col">
              {it}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}

function More({ all }: { all: number }) {
  const words = useWords()
  return all > SHOWN ? <p className="quiet small">{words.organisation.shown(SHOWN, all)}</p> : null
}

/** Every refused row with its reason, to be mended in the workbook. */
function Report({ report }: { report: OrganisationReport }) {
  const words = useWords()
  const language = useLanguage()
  const [url, setUrl] = useState('')
  const heads = words.organisation.reportHeads
  useEffect(() => {
    const text = refusedRows(heads, report.refusals, language)
    const made = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [heads, report, language])
  return url ? (
    <a className="button button-default" href={url} download={`${words.organisation.reportName}.csv`}>
      {words.imports.report(report.refusals.length)}
    </a>
  ) : null
}
