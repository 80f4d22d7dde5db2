/** What a browser calls itself, in the words that people use: "Chrome · Android". */

const BROWSERS: readonly [RegExp, string][] = [
  [/MicroMessenger/, 'WeChat'],
  [/Edg(A|iOS)?\//, 'Edge'],
  [/HuaweiBrowser/, 'Huawei'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
]

const SYSTEMS: readonly [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Macintosh/, 'Mac'],
  [/Linux/, 'Linux'],
]

/** What is not known is shown as it came, cut. */
export function deviceOf(agent: string): string {
  const found = [BROWSERS, SYSTEMS].flatMap((all) => all.find(([said]) => said.test(agent))?.[1] ?? [])
  return found.length > 0 ? found.join(' · ') : agent.slice(0, 40)
}
