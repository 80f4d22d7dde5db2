// Puts a brotli and a gzip form beside every file of dist/ that gains by it, so that the program compresses nothing while serving.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* files(path)
    else yield path
  }
}

for (const path of [...files('dist')]) {
  if (!/\.(js|css|html|svg|json|webmanifest)$/.test(path) || path.endsWith('manifest.build.json')) continue
  const text = readFileSync(path)
  const forms = {
    br: brotliCompressSync(text, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
    }),
    gz: gzipSync(text, { level: 9 }),
  }
  for (const [ending, form] of Object.entries(forms)) {
    if (form.length < text.length * 0.95) writeFileSync(`${path}.${ending}`, form)
    else rmSync(`${path}.${ending}`, { force: true })
  }
}
