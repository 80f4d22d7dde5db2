// Fails when the script that a first view loads is larger, compressed, than its budget. gzip is counted: it is what a browser asks for
// over plain HTTP in an office network.
import { existsSync, readFileSync, statSync } from 'node:fs'

const budgets = { 'desk.html': 300_000, 'field.html': 220_000, 'owner.html': 150_000 }
const manifest = JSON.parse(readFileSync('dist/manifest.build.json', 'utf8'))

function loaded(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key].imports ?? []) loaded(next, seen)
  return seen
}

const size = (file) => statSync(existsSync(`dist/${file}.gz`) ? `dist/${file}.gz` : `dist/${file}`).size
let over = false
for (const [page, budget] of Object.entries(budgets)) {
  const chunks = [...loaded(page)].map((key) => manifest[key])
  const script = chunks.reduce((sum, chunk) => sum + size(chunk.file), 0)
  const style = chunks.flatMap((chunk) => chunk.css ?? []).reduce((sum, file) => sum + size(file), 0)
  const verdict = script > budget ? 'OVER' : 'within'
  console.log(`${page}: ${script} bytes of script, ${style} of style, ${verdict} its budget of ${budget}`)
  over ||= script > budget
}
process.exit(over ? 1 : 0)
