// Empties dist/ but for its .gitignore.
import { readdirSync, rmSync } from 'node:fs'

for (const name of readdirSync('dist')) {
  if (name !== '.gitignore') rmSync(`dist/${name}`, { recursive: true })
}
