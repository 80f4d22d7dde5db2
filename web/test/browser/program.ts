/** The real program on a copy of the demo, on a port of its own choosing. */

import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { front } from './site'

export interface Program {
  start: string
  base: string
  /** Of every account of the demo. */
  password: string
  stop: () => Promise<void>
}

export async function begin(): Promise<Program> {
  const { program, data: demo, password } = inject('demo')
  // One that runs already, as behind `npm run dev` while pages are written.
  const running = process.env.GUANJIA_TEST_ADDRESS
  if (running) return { start: running, base: running, password, stop: async () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'guanjia-browser-'))
  const data = join(folder, 'data')
  // What is private can be kept and read only with the keys beside the data.
  for (const part of ['', '.keys']) cpSync(demo + part, data + part, { recursive: true })
  const child: ChildProcess = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((over) => child.on('exit', () => over()))
  const start = await new Promise<string>((found, failed) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      const address = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said)
      if (address) found(address[0])
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.on('exit', (code) => failed(new Error(`the program ended with ${code}: ${said}`)))
  })
  const own = new URL(start).origin
  const site = process.env.GUANJIA_TEST_PAGES ? await front(own) : null
  const base = site?.base ?? own
  return {
    start: base + start.slice(own.length),
    base,
    password,
    stop: async () => {
      site?.stop()
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
