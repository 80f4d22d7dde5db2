/** Design tokens as CSS variables: `--ink`, `--ink-2` … in both themes, sizes by density. */

import tokens from './tokens.json'

export type Palette = typeof tokens.colour.light
export type Colour = keyof Palette

const dashed = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()

function colours(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${dashed(name)}:${value};`)
    .join('')
}

function density(name: 'normal' | 'compact'): string {
  const { rail, counter, body, control, gutter } = tokens.density[name]
  const row = name === 'compact' ? tokens.size.row.compact : tokens.size.row.normal
  return `--rail:${rail}px;--counter-height:${counter}px;--body:${body}px;--control:${control}px;--gutter:${gutter}px;--row:${row}px;`
}

export function tokensCss(): string {
  const { light, dark } = tokens.colour
  const size = tokens.type.size.desk
  return [
    `:root{color-scheme:light;${colours(light)}--float:${tokens.shadow.float.light};`,
    `--sans:${tokens.type.family.sans};--print:${tokens.type.family.print};`,
    `--axis:${size.axis}px;--small:${size.small}px;--lead:${size.lead}px;--title:${size.title}px;--figure:${size.figure}px;--score:${size.score}px;`,
    `--radius-cell:${tokens.radius.cell}px;--radius:${tokens.radius.control}px;--radius-card:${tokens.radius.card}px;`,
    `--quick:${tokens.motion.quick}ms;--settle:${tokens.motion.settle}ms;--easing:${tokens.motion.easing};${density('normal')}}`,
    `:root[data-theme=dark]{color-scheme:dark;${colours(dark)}--float:${tokens.shadow.float.dark};}`,
    `:root[data-density=compact]{${density('compact')}}`,
    `@media (prefers-reduced-motion:reduce){:root{--quick:0ms;--settle:0ms}}`,
  ].join('\n')
}
