import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { EntryOf, KindOf, RecordOf } from '@/api/types'
import { Timeline } from '@/record/Timeline'

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&'
const titled = (name: string) => ({ name, title: { zh: name, en: name } })

/** A print is the page of the record: what is said in a record is in both as it was typed. */
it('prints what looks like markup in a record as text', () => {
  const kind = {
    ...titled('repair'),
    fields: [
      { ...titled('fault'), type: 'text' },
      { ...titled('photos'), type: 'files' },
    ],
    states: [],
    steps: [],
    duties: [],
    open: titled('open'),
  } as unknown as KindOf
  const entry = {
    seq: 1,
    step: HOSTILE,
    occurred_at: '2026-03-02T09:00:00+08:00',
    recorded_at: '2026-03-02T09:00:00+08:00',
    by: { type: 'member', id: '1', name: HOSTILE },
    recorded_by: { type: 'member', id: '2', name: HOSTILE },
    data: { fault: HOSTILE, photos: [`sha256:"><script>alert(3)</script>`] },
    reason: HOSTILE,
    signatures: [{ by: { type: 'party', id: '3' }, how: HOSTILE, note: HOSTILE }],
    hash: '00',
  } as unknown as EntryOf
  const record = { links: { home: { id: '3', label: HOSTILE } }, data: {} } as unknown as RecordOf
  const page = renderToStaticMarkup(
    createElement(
      QueryClientProvider,
      { client: new QueryClient() },
      createElement(Timeline, {
        entries: [entry],
        record,
        kind,
        unit: 'WT',
        zone: 'Asia/Shanghai',
        todo: [],
        steps: [],
      }),
    ),
  )
  const typed = page.split('&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;')
  // The step, who took it, in whose name, the field, the reason, and of the signature who, how and the note.
  expect(typed.length - 1).toBe(8)
  expect(page).not.toMatch(/<script/i)
  expect(page.match(/<img[^>]*>/g)?.every((it) => !/ on\w+=/i.test(it))).toBe(true)
})

/** No page makes markup of a text: whatever it shows goes through React, which keeps text text. */
it('finds no page that writes markup by hand', () => {
  const folder = fileURLToPath(new URL('../../src', import.meta.url))
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((it) => /\.tsx?$/.test(it))
  expect(sources.length).toBeGreaterThan(100)
  const byHand =
    /dangerouslySetInnerHTML|\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|srcDoc|createContextualFragment/
  expect(sources.filter((it) => byHand.test(readFileSync(`${folder}/${it}`, 'utf8')))).toEqual([])
})
