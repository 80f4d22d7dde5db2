/** The real program on a temporary database, on a port of its own choosing. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(process.cwd(), '..')

export interface Program {
  start: string
  base: string
  /** Of every account of the demo. */
  password: string
  stop: () => void
}

function binary(): string {
  const found = process.env.GUANJIA_TEST_PROGRAM ?? join(ROOT, 'target/debug/guanjia')
  if (!existsSync(found)) throw new Error(`no program at ${found}: build it, or name it in GUANJIA_TEST_PROGRAM`)
  return found
}

export async function begin(): Promise<Program> {
  // One that runs already, as behind `npm run dev` while pages are written.
  const running = process.env.GUANJIA_TEST_ADDRESS
  if (running)
    return { start: running, base: running, password: process.env.GUANJIA_TEST_PASSWORD ?? '', stop: () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'guanjia-browser-'))
  const data = join(folder, 'data')
  const program = binary()
  const made = execFileSync(program, ['init', '--data', data, '--pack', 'residential-cn', '--demo', '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const password: unknown = JSON.parse(made).demo?.password
  const child: ChildProcess = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
  return {
    start,
    base: new URL(start).origin,
    password: String(password ?? ''),
    stop: () => {
      child.kill('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
