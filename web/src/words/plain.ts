/** Labels come with the title of their kind in front. Pure. */

export function plain(label: string, titles: ReadonlySet<string>): string {
  const at = label.indexOf('：')
  return at > 0 && titles.has(label.slice(0, at)) ? label.slice(at + 1) : label
}
