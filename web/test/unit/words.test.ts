import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { en } from '@/words/en'
import { zh } from '@/words/zh'

function paths(of: object, above = ''): string[] {
  return Object.entries(of).flatMap(([key, value]) =>
    typeof value === 'object' && !Array.isArray(value)
      ? paths(value, `${above}${key}.`)
      : [`${above}${key}:${typeof value}`],
  )
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}

it('both languages say the same things', () => {
  expect(paths(en).sort()).toEqual(paths(zh).sort())
  expect(paths(zh).length).toBeGreaterThan(100)
})

it('sentences take the same parts in both languages', () => {
  const parts = (of: object, above = ''): [string, number][] =>
    Object.entries(of).flatMap(([key, value]) =>
      typeof value === 'function'
        ? [[above + key, value.length] as [string, number]]
        : typeof value === 'object'
          ? parts(value, `${above}${key}.`)
          : [],
    )
  const spoken = new Map(parts(zh))
  for (const [key, count] of parts(en)) expect(count, key).toBeLessThanOrEqual(spoken.get(key) ?? 0)
})

it('no Chinese stands in code outside words and examples', () => {
  const code = files('src').filter((path) => /\.tsx?$/.test(path) && !/src\/(words|styleguide)\//.test(path))
  expect(code.length).toBeGreaterThan(20)
  const wrong = code.filter((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .some((line) => /[\u4e00-\u9fff]/.test(line.replace(/\/\/.*|\/?\*.*/, ''))),
  )
  // These read what people type: signs of room and telephone numbers, and the marks that lists are joined with.
  expect(wrong.filter((path) => !['src/form/model.ts', 'src/intake/said.ts'].includes(path))).toEqual([])
})

it('words that users do not want to read are not used', () => {
  const pages = files('src/words/zh')
  expect(pages.length).toBeGreaterThan(3)
  const text = pages.map((path) => readFileSync(path, 'utf8')).join('\n')
  for (const word of ['失败', '违规', '操作成功', '请勿', '非法', '系统异常']) expect(text).not.toContain(word)
})

it('the lock file names no address', () => {
  const lock = readFileSync('package-lock.json', 'utf8')
  expect(lock).not.toMatch(/"resolved"/)
  expect(readFileSync('.npmrc', 'utf8')).not.toMatch(/registry=|_auth|\/\//)
})
