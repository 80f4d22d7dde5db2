// The server's shapes out of ../openapi.json, which the program writes of itself: `node scripts/types.mjs`, or `--check` to see that
// they are current. What a kind of a pack asks for is left out: forms are drawn from it while the program runs, not written.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const OUT = new URL('../src/api/schema.d.ts', import.meta.url)
const described = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))

const ofKind = (name) => name.includes('.')
const schemas = Object.fromEntries(Object.entries(described.components.schemas).filter(([name]) => !ofKind(name)))

/** A reference to what was left out is an object of any shape. */
function without(node) {
  if (Array.isArray(node)) return node.map(without)
  if (typeof node !== 'object' || node === null) return node
  if (typeof node.$ref === 'string' && ofKind(node.$ref.split('/').at(-1)))
    return { type: 'object', additionalProperties: true }
  const found = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, without(value)]))
  for (const [name, value] of Object.entries(found.properties ?? {})) {
    if (!found.required?.includes(name)) found.properties[name] = present(value)
  }
  return anything(found)
}

const anything = (it) =>
  it.type === 'object' && !it.properties ? { ...it, additionalProperties: it.additionalProperties ?? true } : it

/** What is absent is left out of an answer, never null. */
function present(it) {
  if (Array.isArray(it.type)) return anything({ ...it, type: it.type.find((one) => one !== 'null') })
  const rest = it.oneOf?.filter((one) => one.type !== 'null')
  return rest?.length === 1 && rest.length < it.oneOf.length ? rest[0] : it
}

const tree = await openapiTS(JSON.stringify(without({ ...described, paths: {}, components: { schemas } })), {
  alphabetize: true,
})
/** A shape a line: nobody reads this file, and a change shows as the shapes that changed. */
const lines = astToString(tree)
  .replace(/\/\*\*[\s\S]*?\*\//g, '')
  .split('\n')
  .reduce((all, line) => {
    const inner = /^ {12}|^ {8}\S.*[^;{]$|^ {8}\}/.test(line)
    if (inner && all.length > 0) all[all.length - 1] += ` ${line.trim()}`
    else if (line.trim()) all.push(line)
    return all
  }, [])
const text = `/* Made of openapi.json by scripts/types.mjs. Do not edit. */\n\n${lines.join('\n')}\n`

if (process.argv.includes('--check')) {
  let was = ''
  try {
    was = readFileSync(OUT, 'utf8')
  } catch {}
  if (was !== text) {
    console.error('src/api/schema.d.ts is not what openapi.json says: run `npm run types` in web/')
    process.exit(1)
  }
} else {
  writeFileSync(OUT, text)
}
