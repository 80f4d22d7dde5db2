/** Pages of `dist/` in front of a program that was compiled before them: what the program would serve, without compiling it again. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, resolve } from 'node:path'

const DIST = resolve(process.cwd(), 'dist')
const MEDIA: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

/** As `crates/http/src/site.rs` answers: a file of the build, compressed as it was built, or the page that the address belongs to. */
function page(path: string, asked: IncomingMessage, answer: ServerResponse, policy: string): void {
  const named = path !== '/' && existsSync(join(DIST, path)) && statSync(join(DIST, path)).isFile()
  if (!named && path.startsWith('/assets/')) {
    answer.writeHead(404).end()
    return
  }
  const first = path.split('/')[1] ?? ''
  const file = join(DIST, named ? path : `${['field', 'owner'].includes(first) ? first : 'desk'}.html`)
  const packed = /\bgzip\b/.test(asked.headers['accept-encoding'] ?? '') && existsSync(`${file}.gz`)
  answer.writeHead(200, {
    'content-type': MEDIA[extname(file)] ?? 'application/octet-stream',
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    ...(packed ? { 'content-encoding': 'gzip' } : {}),
  })
  answer.end(readFileSync(packed ? `${file}.gz` : file))
}

/** The address to open instead of the program's, whose own policy its pages keep. */
export async function front(program: string): Promise<{ base: string; stop: () => void }> {
  const policy = (await fetch(program)).headers.get('content-security-policy') ?? ''
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url ?? '/', program).pathname
    if (!/^\/(api|healthz|readyz|metrics)(\/|$)/.test(path)) return page(path, asked, answer, policy)
    const passed = request(program + asked.url, { method: asked.method, headers: asked.headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers)
      answer.flushHeaders()
      found.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    asked.pipe(passed)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
