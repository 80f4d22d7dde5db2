/** The demo company is made up once for all the browser tests; each takes a copy of it, so that none sees what another did. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    demo: { program: string; data: string; password: string }
  }
}

function binary(): string {
  const found = process.env.GUANJIA_TEST_PROGRAM ?? resolve(process.cwd(), '../target/debug/guanjia')
  if (!existsSync(found)) throw new Error(`no program at ${found}: build it, or name it in GUANJIA_TEST_PROGRAM`)
  return found
}

export default function setup({ provide }: TestProject): (() => void) | undefined {
  if (process.env.GUANJIA_TEST_ADDRESS) {
    provide('demo', { program: '', data: '', password: process.env.GUANJIA_TEST_PASSWORD ?? '' })
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'guanjia-demo-'))
  const data = join(folder, 'data')
  const program = binary()
  const made = execFileSync(program, ['init', '--data', data, '--pack', 'residential-cn', '--demo', '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  provide('demo', { program, data, password: String(JSON.parse(made).demo?.password) })
  return () => rmSync(folder, { recursive: true, force: true })
}
