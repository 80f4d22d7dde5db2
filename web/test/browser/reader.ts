/** Somebody who knows the README and nothing else: every word that he looks for on the screen stands there in quotes. */

import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'

/** A chapter of a README: the words in quotes are on the screen, what stands in `code` is typed. */
export class Story {
  readonly #quoted: ReadonlySet<string>
  readonly #typed: ReadonlySet<string>
  readonly #used = new Set<string>()

  constructor(
    readonly file: string,
    heading: string,
  ) {
    const text = readFileSync(file, 'utf8')
    const chapter = text.split(/^## /m).find((it) => it.startsWith(heading))
    if (!chapter) throw new Error(`${file} has no chapter “${heading}”`)
    const flat = chapter.replace(/\s*\n\s*/g, file.includes('zh-CN') ? '' : ' ')
    this.#quoted = new Set([...flat.matchAll(/“([^”]+)”/g)].map((it) => it[1] ?? ''))
    this.#typed = new Set([...flat.matchAll(/`([^`]+)`|(wt-[a-z0-9-]+)/g)].map((it) => it[1] ?? it[2] ?? ''))
  }

  quoted(word: string): string {
    if (!this.#quoted.has(word)) throw new Error(`${this.file} does not quote “${word}”`)
    this.#used.add(word)
    return word
  }

  typed(text: string): string {
    if (!this.#typed.has(text)) throw new Error(`${this.file} does not say to type ${text}`)
    return text
  }

  /** What the README promises and nobody looked for. */
  unused(): string[] {
    return [...this.#quoted].filter((it) => !this.#used.has(it))
  }
}

export class Reader {
  constructor(
    readonly page: Page,
    readonly story: Story,
  ) {}

  /** The top sheet, where one is open: what is behind it cannot be pressed. */
  async #front(): Promise<Page | Locator> {
    const sheet = this.page.getByRole('dialog').filter({ visible: true })
    return (await sheet.count()) > 0 ? sheet.last() : this.page
  }

  async #thing(word: string): Promise<Locator> {
    // A key cap or a count may follow; another word may not.
    const name = new RegExp(`^\\P{L}*${this.story.quoted(word)}(?!\\p{L})`, 'u')
    const front = await this.#front()
    return front
      .getByRole('button', { name })
      .or(front.getByRole('link', { name }))
      .or(front.getByRole('radio', { name }))
      .filter({ visible: true })
      .first()
  }

  /** A button, a link or a choice of this name. */
  async press(word: string): Promise<void> {
    await (await this.#thing(word)).click()
  }

  /** As above, then the sheet that opens says the same word once more. */
  async pressTwice(word: string): Promise<void> {
    await this.press(word)
    await this.send(word)
  }

  /** The button of the open sheet; it closes once the step is taken or kept. */
  async send(word: string): Promise<void> {
    const sheet = this.page.getByRole('dialog')
    await sheet.getByRole('button', { name: this.story.quoted(word), exact: true }).click()
    await sheet.waitFor({ state: 'detached' })
  }

  async write(label: string, text: string): Promise<void> {
    const front = await this.#front()
    await front.getByLabel(this.story.quoted(label)).filter({ visible: true }).first().fill(text)
  }

  /** A choice under the name of its field. */
  async choose(field: string, choice: string): Promise<void> {
    const group = this.page.getByRole('group', { name: this.story.quoted(field) })
    await group.getByRole('radio', { name: this.story.quoted(choice), exact: true }).click()
  }

  /** An entry of a list that drops down; the figures beside it are of the day. */
  async pick(list: string, entry: string): Promise<void> {
    const name = this.story.quoted(entry)
    const choice = this.page.getByRole('combobox', { name: this.story.quoted(list) })
    const option = choice.getByRole('option').filter({ hasText: name })
    await option.waitFor({ state: 'attached' })
    await choice.selectOption({ label: (await option.innerText()).trim() })
  }

  /** Opens what is folded; what stands open already stays so. */
  async unfold(word: string): Promise<void> {
    const name = new RegExp(`^\\P{L}*${this.story.quoted(word)}$`, 'u')
    const folds = (expanded: boolean) => this.page.getByRole('button', { name, expanded })
    await folds(false).or(folds(true)).waitFor()
    if (await folds(false).isVisible()) await folds(false).click()
  }

  async sees(word: string): Promise<void> {
    await this.page.getByText(this.story.quoted(word)).filter({ visible: true }).first().waitFor()
  }
}
