// Asks what the first page needs while the application itself is still on its way. What is here is handed over once, by its address, and
// soon forgotten; nothing is asked for before the server has said who is signed in.
;(() => {
  const answers = new Map()
  globalThis.guanjiaEarly = { answers, until: Date.now() + 10_000 }
  const settings = (() => {
    try {
      return JSON.parse(localStorage.getItem('guanjia.settings') ?? '{}')
    } catch {
      return {}
    }
  })()
  const get = (path) => {
    const headers = { accept: 'application/json', 'accept-language': settings.language === 'en' ? 'en' : 'zh-CN' }
    const answer = fetch(path, { headers, credentials: 'same-origin' })
    answers.set(path, answer)
    return answer
  }
  get('/api/me')
    .then((it) => (it.ok ? it.clone().json() : null))
    .then((me) => {
      if (!me) return
      for (const path of ['/api/units', '/api/kinds', '/api/standards', '/api/calendars']) get(path).catch(() => {})
      const unit = /^\/u\/([^/]+)\/?$/.exec(location.pathname)?.[1]
      if (!unit || !me.member) return
      const asked = new URLSearchParams({ unit: decodeURIComponent(unit), member: me.member, limit: '500', places: 'true' })
      get(`/api/duties?${asked}`).catch(() => {})
      get(`/api/units/${unit}/counts`).catch(() => {})
    })
    .catch(() => {})
})()
